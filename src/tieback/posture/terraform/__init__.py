"""Resources of Terraform and OpenTofu, as ``terraform show -json`` prints a plan or a state."""
