using Sandbox.Tests.Runtime;

namespace Sandbox.Tests.Hardening.Faults;

/// <summary>A failed exec keeps the outcome, just when it is needed, and its errno is the kernel's.</summary>
public sealed class ExecFailureTests : IDisposable
{
    private readonly ScratchDirectory _scratch = new();

    [Theory, InlineData("#!/no/such/interpreter\n", "ENOENT"), InlineData("neither text nor program", "ENOEXEC"), InlineData("\u007fELF no program", "ENOEXEC")]
    public void The_errno_is_exact_and_every_row_is_there(string content, string errno)
    {
        var file = _scratch.Write("program", content);
        File.SetUnixFileMode(file, (UnixFileMode)0b111_101_101);
        foreach (var profile in new[] { Sandboxed.Strict, Sandboxed.Standard, Sandboxed.Strict with { FailClosed = false } })
        {
            var error = Assert.Throws<HardeningException>(() => Sandboxed.Run(Sandboxed.Request(profile, file) with { WorkingDirectory = _scratch.Path }));
            Assert.Equal($"execve,{errno}", error.ErrorId);
            Assert.NotNull(error.Remedy);
            var exec = Sandboxed.Row(error.Outcome, "execve");
            Assert.Equal((OutcomeStatus.Failed, errno), (exec.Status, exec.ErrnoName));
            Assert.Equal(OutcomeStatus.Applied, Sandboxed.Row(error.Outcome, "no_new_privs").Status);
            // What only shows after the exec never did.
            Assert.All(error.Outcome.Where(r => r.Name == "seccomp" && r.Requested), r => Assert.NotEqual(OutcomeStatus.Applied, r.Status));
        }
    }

    [Fact]
    public void A_program_that_went_away_is_ENOENT()
    {
        var file = _scratch.Write("program", "#!/bin/sh\n");
        File.SetUnixFileMode(file, (UnixFileMode)0b111_101_101);
        var prepared = Sandbox.Hardening.PreparedLaunch.Create(Sandboxed.Request(Sandboxed.Standard, file) with { WorkingDirectory = _scratch.Path });
        File.Delete(file);
        Assert.Equal("execve,ENOENT", Assert.Throws<HardeningException>(() => Sandbox.Runtime.HardenedLauncher.Start(prepared)).ErrorId);
    }

    [Fact]
    public void Arguments_too_long_are_E2BIG() =>
        Assert.Equal("execve,E2BIG", Assert.Throws<HardeningException>(() => Sandboxed.Run(Sandboxed.Strict, "/bin/true", new string('x', 200_000))).ErrorId);

    [Fact]
    public void A_missing_program_is_told_before_anything_starts()
    {
        var error = Assert.Throws<SandboxException>(() => Sandboxed.Run(Sandboxed.Strict, "/no/such/program"));
        Assert.Equal(("Executable,ENOENT", SandboxErrorKind.ObjectNotFound), (error.ErrorId, error.Kind));
    }

    public void Dispose() => _scratch.Dispose();
}
