Describe 'New-HardeningProfile' {
    It 'only tightens unless told otherwise' {
        (New-HardeningProfile Mine -MemoryLimit 1GB).MemoryLimit | Should -Be 1GB
        { New-HardeningProfile Mine -Network Host } | Should -Throw -ErrorId 'HardeningProfile,LOOSENS_BASE,Sandbox.Cmdlets.NewHardeningProfileCommand'
        (New-HardeningProfile Mine -Network Host -AllowLoosening).Network | Should -Be 'Host'
    }

    It 'takes a list of namespaces' {
        (New-HardeningProfile Mine -Profile Standard -Namespace User, Pid).Namespaces | Should -Be 'User, Pid'
    }
}
