"""What the images are made of: bills of materials and licences."""
