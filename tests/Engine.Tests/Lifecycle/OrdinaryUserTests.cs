using System.Diagnostics;
using System.Xml.Linq;
using Sandbox.Tests.Runtime;
using Sandbox.Tests.Seccomp;

namespace Sandbox.Tests.Lifecycle;

/// <summary>The tests of launches, faults, programs and escapes, again, by a user without any privilege.</summary>
[Collection(ProcessStateCollection.Name)]
public sealed class OrdinaryUserTests : IDisposable
{
    private static readonly string[] Classes =
    [
        "Sandbox.Tests.Launch.*", "Sandbox.Tests.Hardening.FailClosedTests", "Sandbox.Tests.Hardening.Faults.*", "Sandbox.Tests.Hardening.TruthTests", "Sandbox.Tests.Corpus.*", "Sandbox.Tests.Escapes.*",
    ];

    private readonly string _name = $"sbx{Environment.ProcessId}";
    private readonly ScratchDirectory _scratch = new();
    private bool _made;

    [Fact]
    public async Task They_pass()
    {
        Assert.SkipUnless(Sandboxed.IsRoot, "makes a user, and so needs root");
        Assert.SkipUnless(File.Exists("/usr/sbin/useradd") && File.Exists("/usr/bin/setpriv"), "needs useradd and setpriv");
        Assert.Equal(0, CProgram.Run("/usr/sbin/useradd", ["-M", "-U", "-s", "/bin/sh", "-d", _scratch.At("home"), _name]).Code);
        _made = true;
        // The build may lie where only its owner can read.
        Assert.Equal(0, CProgram.Run("cp", ["-r", AppContext.BaseDirectory, _scratch.At("tests")]).Code);
        Assert.Equal(0, CProgram.Run("chmod", ["-R", "a+rX", _scratch.At("tests")]).Code);
        Directory.CreateDirectory(_scratch.At("home"));
        Assert.Equal(0, CProgram.Run("chown", [_name, _scratch.At("home")]).Code);

        var start = new ProcessStartInfo("/usr/bin/setpriv", ["--reuid", _name, "--regid", _name, "--clear-groups", "--bounding-set", "-all", _scratch.At("tests/Sandbox.Engine.Tests"), "-noColor", "-noLogo", "-result-xml", _scratch.At("home/results.xml"), .. Classes.SelectMany(c => new[] { "-class", c })])
        {
            RedirectStandardOutput = true, WorkingDirectory = _scratch.At("home"),
        };
        start.Environment.Clear();
        foreach (var (name, value) in new[] { ("PATH", "/usr/bin:/bin:/usr/sbin"), ("HOME", _scratch.At("home")), ("DOTNET_ROOT", Path.GetFullPath(Path.Combine(System.Runtime.InteropServices.RuntimeEnvironment.GetRuntimeDirectory(), "../../.."))), ("LANG", "C.UTF-8") }) start.Environment[name] = value;
        using var run = Process.Start(start)!;
        var reading = run.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        if (!run.WaitForExit(300_000)) run.Kill(entireProcessTree: true);
        var output = await reading.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);

        Assert.True(File.Exists(_scratch.At("home/results.xml")), output);
        var tests = XDocument.Load(_scratch.At("home/results.xml")).Descendants("test").ToArray();
        var failed = tests.Where(t => t.Attribute("result")!.Value == "Fail").Select(t => t.Attribute("name")!.Value).ToArray();
        Assert.True(failed.Length == 0 && run.ExitCode == 0, string.Join('\n', failed) + "\n" + output);
        var skipped = tests.Count(t => t.Attribute("result")!.Value == "Skip");
        Assert.True(tests.Length - skipped > 60, $"only {tests.Length - skipped} tests ran");
    }

    public void Dispose()
    {
        if (_made) CProgram.Run("/usr/sbin/userdel", [_name]);
        _scratch.Dispose();
    }
}
