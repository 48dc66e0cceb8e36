Describe 'The network of a hardened process' {
    It 'says which parameter is wrong' {
        { Invoke-HardenedProcess true -Network Nat -AllowCidr '10.0.0.1/8' } | Should -Throw -ErrorId 'AllowCidr,EINVAL,Sandbox.Cmdlets.InvokeHardenedProcessCommand'
        { Invoke-HardenedProcess true -Network Nat -DenyCidr 'nowhere' } | Should -Throw -ErrorId 'DenyCidr,EINVAL,Sandbox.Cmdlets.InvokeHardenedProcessCommand'
        { Invoke-HardenedProcess true -Network Nat -PublishPort 80 } | Should -Throw -ErrorId 'PublishPort,EINVAL,Sandbox.Cmdlets.InvokeHardenedProcessCommand'
        { Invoke-HardenedProcess true -Network Nat -DnsServer '127.0.0.1' } | Should -Throw -ErrorId 'DnsServer,EINVAL,Sandbox.Cmdlets.InvokeHardenedProcessCommand'
        { Invoke-HardenedProcess true -HostEntry 'a b' } | Should -Throw -ErrorId 'HostEntry,EINVAL,Sandbox.Cmdlets.InvokeHardenedProcessCommand'
        { Invoke-HardenedProcess true -HostsFile '/nowhere' } | Should -Throw -ErrorId 'HostsFile,ENOENT,Sandbox.Cmdlets.InvokeHardenedProcessCommand'
    }

    It 'refuses rules for a network that is not there' {
        { Invoke-HardenedProcess true -BlockPrivate } | Should -Throw -ErrorId 'HardeningProfile,INCONSISTENT,Sandbox.Cmdlets.InvokeHardenedProcessCommand'
        { Invoke-HardenedProcess true -DefaultNetworkPolicy Deny } | Should -Throw -ErrorId 'HardeningProfile,INCONSISTENT,Sandbox.Cmdlets.InvokeHardenedProcessCommand'
    }

    It 'refuses a network without privilege to a program that could change its rules' {
        { Invoke-HardenedProcess true -Network User -KeepCapability CAP_NET_ADMIN } | Should -Throw -ErrorId 'HardeningProfile,INCONSISTENT,Sandbox.Cmdlets.InvokeHardenedProcessCommand'
        { Invoke-HardenedProcess true -Network User -AllowCidr '10.0.0.1/8' } | Should -Throw -ErrorId 'AllowCidr,EINVAL,Sandbox.Cmdlets.InvokeHardenedProcessCommand'
        (New-HardeningProfile Web -Network User -BlockPrivate -AllowLoosening).Network | Should -Be 'User'
    }

    It 'gives the program names of its own' {
        Invoke-HardenedProcess cat -ArgumentList '/etc/hosts' -HostEntry '10.0.0.5 db.local' | Should -Contain '10.0.0.5 db.local'
    }

    It 'keeps its rules in a profile' {
        $web = New-HardeningProfile Web -Network Nat -BlockMetadata -PublishPort '8080:80' -AllowLoosening
        $web.Network | Should -Be 'Nat'
        $web.PublishPorts | Should -Be '8080:80/tcp'
        $web.BlockMetadata | Should -BeTrue
    }
}
