"""What an app leaves behind for the cdktf CLI, without being one."""

import json
import os
from pathlib import Path

stack = Path(os.environ["CDKTF_OUTDIR"]) / "stacks" / "empty"
stack.mkdir(parents=True, exist_ok=True)
metadata = {"backend": "local", "stackName": "empty", "version": "0.21.0"}
document = {"//": {"metadata": metadata, "outputs": {}}, "terraform": {"required_providers": {}}}
(stack / "cdk.tf.json").write_text(json.dumps(document), encoding="utf-8")
described = {
    "annotations": [],
    "constructPath": "empty",
    "dependencies": [],
    "name": "empty",
    "synthesizedStackPath": "stacks/empty/cdk.tf.json",
    "workingDirectory": "stacks/empty",
}
manifest = {"version": "0.21.0", "stacks": {"empty": described}}
(stack.parents[1] / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
