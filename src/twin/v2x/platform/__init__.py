"""What has arrived at the tiers of the cloud-control platform, how old it is, and who may read it."""
