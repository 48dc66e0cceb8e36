using Sandbox.Seccomp;

namespace Sandbox.Tests.Seccomp.Analysis;

public class SeccompMeasurementTests
{
    [Fact]
    public void Counts_what_is_allowed_checked_and_cached()
    {
        var policy = new SeccompPolicy("p", SeccompAction.Errno, [new(["read", "write", "exit_group"], SeccompAction.Allow), new(["dup"], SeccompAction.Allow, null, [new(0, SeccompOperator.Equal, 1)]), new(["getpid"], SeccompAction.Log)], null, [SeccompArchitecture.X86_64]);
        var measured = SeccompMeasurement.Of(policy);
        Assert.Equal((3, 4, 1, 3), (measured.Rules, measured.AllowedSyscalls, measured.CheckedSyscalls, measured.CachedSyscalls));
        // By the emulator: no call of the table executes more than the longest path, and calls without conditions not more than theirs.
        var program = SeccompCompiler.Compile(policy);
        var executed = SyscallTable.For(SeccompArchitecture.X86_64).Entries.ToDictionary(entry => entry.Name, entry => BpfEmulator.Run(program, SeccompCall.Of(SeccompArchitecture.X86_64, entry.Name, 1)).Executed);
        Assert.Equal(executed.Where(call => call.Key != "dup").Max(call => call.Value), measured.LongestNamePath);
        Assert.Equal(executed["dup"], measured.LongestPath);
        Assert.Equal(program.Count, measured.Instructions);
        Assert.True(measured.CompileTime > TimeSpan.Zero);
        Assert.Contains(measured.Findings, finding => finding.RuleId == "missing-basics");
    }
}
