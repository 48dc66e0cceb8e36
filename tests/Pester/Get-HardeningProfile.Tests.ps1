Describe 'Get-HardeningProfile' {
    It 'lists the built-in profiles' {
        (Get-HardeningProfile).Name | Should -Be 'Standard', 'Strict', 'ReferenceStandard', 'ReferenceStrict'
        "$(Get-HardeningProfile strict)" | Should -Be 'Strict'
    }

    It 'writes an error for an unknown name' {
        { Get-HardeningProfile Nope -ErrorAction Stop } | Should -Throw -ErrorId 'GetHardeningProfile,NOT_FOUND,Sandbox.Cmdlets.GetHardeningProfileCommand'
    }
}
