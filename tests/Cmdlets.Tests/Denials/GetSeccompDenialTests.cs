namespace Sandbox.Cmdlets.Tests.Denials;

public sealed class GetSeccompDenialTests : IDisposable
{
    private readonly ModuleRunspace session = new();

    public void Dispose() => session.Dispose();

    [Fact]
    public void It_gets_what_a_finished_process_recorded()
    {
        ScriptResult result = session.Invoke("$p = Start-HardenedProcess sh -ArgumentList '-c', 'mkdir /tmp/a; rmdir /tmp/b; true' -DenySyscall mkdir, rmdir -Wait; ($p | Get-SeccompDenial).Syscall; ($p.Id | Get-SeccompDenial -Syscall mk*).Path").Succeeded();
        Assert.Equal(["mkdir", "rmdir", "/tmp/a"], result.Objects.Select(o => o.ToString()));
    }

    [Fact]
    public void Nothing_denied_is_nothing() => Assert.Empty(session.Invoke("Start-HardenedProcess true -Wait | Get-SeccompDenial").Succeeded().Objects);

    [Fact]
    public void A_program_that_its_policy_killed_shows_for_which_call()
    {
        ScriptResult result = session.Invoke("$policy = New-SeccompPolicy -Profile Strict; $policy = [Sandbox.Seccomp.SeccompPolicy]::new('kill', 'Allow', [Sandbox.Seccomp.SeccompRule[]]@([Sandbox.Seccomp.SeccompRule]::new([string[]]'uname', 'KillProcess'))); $p = Start-HardenedProcess uname -SeccompPolicy $policy -Wait; $p.KilledBy.Syscall; $p.KilledBy.Signal; $p.Signal; $p.KilledBy.Action").Succeeded();
        Assert.Equal(["uname", "SIGKILL", "SIGKILL", "KillProcess"], result.Objects.Select(o => o.ToString()));
    }

    [Fact]
    public void A_denial_survives_serialisation()
    {
        ScriptResult result = session.Invoke("$p = Start-HardenedProcess mkdir -ArgumentList /tmp/a -DenySyscall mkdir -Wait; $d = [System.Management.Automation.PSSerializer]::Deserialize([System.Management.Automation.PSSerializer]::Serialize(($p | Get-SeccompDenial))); $d.Syscall; $d.Path; $d.Arguments.Count; $d.DecodedArguments[0].Name").Succeeded();
        Assert.Equal(["mkdir", "/tmp/a", "6", "pathname"], result.Objects.Select(o => o.ToString()));
    }
}
