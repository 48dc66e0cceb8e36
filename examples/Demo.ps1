# Lists what the module offers.
Import-Module Sandbox
Get-Command -Module Sandbox
