"""A local AWS for this project: an emulator, the completions it needs, and the commands around it.

Two interpreters meet here. The commands (``python -m tools.local_aws``) run in the project's virtual
environment; ``server``, ``gateway``, ``wire`` and ``completions`` run in the emulator's own, because its
botocore and the one that the policy scanner needs do not fit together.
"""
