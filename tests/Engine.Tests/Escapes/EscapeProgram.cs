using Sandbox.Tests.Runtime;
using Sandbox.Tests.Seccomp;

namespace Sandbox.Tests.Escapes;

/// <summary>Attempts one way out at a time: first outside, where it has to work, then inside, where it must not.</summary>
public sealed class EscapeProgram : IDisposable
{
    private readonly ScratchDirectory _scratch = new();
    private readonly string _program;

    public EscapeProgram()
    {
        using var source = new StreamReader(typeof(EscapeProgram).Assembly.GetManifestResourceStream("escapes.c")!);
        _program = CProgram.Compile(source.ReadToEnd(), _scratch.Path);
        File.SetUnixFileMode(_program, (UnixFileMode)0b111_101_101);
    }

    /// <summary>Works outside; where that takes a privilege or a kernel feature that isn't there, the test is skipped.</summary>
    internal void WorksOutside(params string[] attempt) => WorksOutside([], attempt);

    /// <summary>Works behind another command, such as unshare(1), that keeps the machine itself from being changed.</summary>
    internal void WorksOutside(string[] behind, string[] attempt)
    {
        string[] command = [.. behind, _program, .. attempt];
        var (code, output, error) = CProgram.Run(command[0], command[1..]);
        if (code == 0) return;
        Assert.SkipUnless(Sandboxed.IsRoot, $"the control needs root: {output}{error}");
        Assert.SkipWhen(output.Contains("not implemented", StringComparison.Ordinal), $"this kernel has no such call: {output}");
        Assert.Fail($"the control outside fails, so the attempt proves nothing: {string.Join(' ', attempt)}: {output}{error}");
    }

    /// <summary>Fails inside: by an error, or by the end of the attempting process.</summary>
    internal HardenedProcess FailsInside(params string[] attempt) => FailsInside(r => r, attempt);

    internal HardenedProcess FailsInside(Func<LaunchRequest, LaunchRequest> change, params string[] attempt)
    {
        var process = Sandboxed.Run(change(Sandboxed.Request(Sandboxed.Strict, _program, attempt)));
        Assert.True(process.ExitCode == 1 || process.Signal is "SIGSYS" or "SIGKILL", $"{string.Join(' ', attempt)} was not refused. {Sandboxed.Describe(process)}");
        Assert.Equal(HardeningLevel.Full, process.Level);
        return process;
    }

    public void Dispose() => _scratch.Dispose();
}
