using System.Diagnostics;
using System.Management.Automation;
using Sandbox.Seccomp;

namespace Sandbox.Cmdlets.Tests.Seccomp;

public sealed class OptimizeSeccompPolicyTests : IDisposable
{
    private readonly ModuleRunspace session = new();

    public void Dispose() => session.Dispose();

    [Theory]
    [InlineData("")]
    [InlineData(" -WithArguments -Runs 2")]
    public void The_result_allows_no_more_and_the_workload_passes_under_it(string parameters)
    {
        ScriptResult result = session.Invoke("$policy = Optimize-SeccompPolicy ls -ArgumentList '/usr'" + parameters + "; $policy; $p = Start-HardenedProcess ls -ArgumentList '/usr' -SeccompPolicy $policy -Wait; $p.ExitCode; $p.Denials.Count; (Start-HardenedProcess mkdir -ArgumentList /tmp/a -SeccompPolicy $policy -Wait).Denials.Syscall").Succeeded();
        var policy = Assert.IsType<SeccompPolicy>(result.Objects[0].BaseObject);
        Assert.Equal([0, 0, "mkdir"], result.Objects.Skip(1).Select(o => o.BaseObject));
        var differences = SeccompProver.Differences(BuiltInPolicies.Get("strict"), policy);
        Assert.NotEmpty(differences);
        Assert.All(differences, d => Assert.True(d.Actual.Action >= d.Expected.Action, d.ToString()));
        Assert.Equal("strict", policy.Name);
        // What the policy answers with ENOSYS, so that a library takes an older call, stays so.
        Assert.Equal(new(SeccompAction.Errno, 38), policy.Decide(SeccompArchitectures.Native, SyscallTable.For(SeccompArchitectures.Native).Find("clone3")!.Number));
    }

    [Fact]
    public void What_is_allowed_and_refused_beyond_the_policy_is_part_of_it()
    {
        ScriptResult result = session.Invoke("$a = @{ FilePath = 'sh'; ArgumentList = '-c', 'unshare -U true; mkdir /tmp/a; true' }; $policy = Optimize-SeccompPolicy @a -AllowSyscall unshare -DenySyscall mkdir; (Start-HardenedProcess @a -SeccompPolicy $policy -Wait).Denials.Syscall").Succeeded();
        Assert.Equal("mkdir", result.Single<string>());
    }

    [Fact]
    public void A_deny_list_becomes_an_allow_list()
    {
        ScriptResult result = session.Invoke("$policy = Optimize-SeccompPolicy true -SeccompPolicy (New-SeccompPolicy -DenySyscall mount -Name deny); $policy.DefaultAction").Succeeded();
        Assert.Equal(SeccompAction.Errno, result.Single<SeccompAction>());
    }

    [Fact]
    public void A_workload_that_does_not_end_the_same_each_time_is_an_error()
    {
        ErrorRecord error = session.Invoke("Optimize-SeccompPolicy sh -ArgumentList '-c', 'exit $(( $(date +%N | sed s/^0*//) % 200 ))' -Runs 20").SingleError();
        Assert.StartsWith("OptimizeSeccompPolicy,UNSTEADY", error.FullyQualifiedErrorId);
    }

    [Fact]
    public void A_workload_that_does_not_end_in_time_is_an_error()
    {
        ErrorRecord error = session.Invoke("Optimize-SeccompPolicy sleep -ArgumentList 60 -Timeout 300ms").SingleError();
        Assert.StartsWith("OptimizeSeccompPolicy,TIMED_OUT", error.FullyQualifiedErrorId);
    }

    [Fact]
    public void Ctrl_C_ends_the_run()
    {
        using PowerShell shell = session.Create("Optimize-SeccompPolicy sleep -ArgumentList 61");
        shell.BeginInvoke();
        Assert.True(SpinWait.SpinUntil(() => Sandbox.Runtime.SandboxRegistry.All.Any(p => p.CommandLine.EndsWith("sleep 61", StringComparison.Ordinal)), 10_000));
        var watch = Stopwatch.StartNew();
        shell.Stop();
        Assert.InRange(watch.ElapsedMilliseconds, 0, 2000);
        Assert.All(Sandbox.Runtime.SandboxRegistry.All.Where(p => p.CommandLine.EndsWith("sleep 61", StringComparison.Ordinal)), p => Assert.True(p.HasExited));
    }

    [Fact]
    public void WhatIf_runs_nothing() => Assert.Empty(session.Invoke("Optimize-SeccompPolicy /nonexistent -WhatIf").Succeeded().Objects);
}
