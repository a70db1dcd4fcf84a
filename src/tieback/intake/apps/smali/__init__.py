"""Classes that apktool or baksmali wrote as texts (smali), put back into DEX files in memory."""
