using Sandbox.Tests.Runtime;

namespace Sandbox.Tests.Escapes;

/// <summary>Variables that carry secrets or code.</summary>
[Collection(ProcessStateCollection.Name)]
public sealed class EnvironmentEscapeTests
{
    private static readonly (string Name, string Value)[] Variables = [("LD_PRELOAD", "/tmp/sandbox-test-preload.so"), ("LD_LIBRARY_PATH", "/tmp"), ("DOTNET_STARTUP_HOOKS", "/tmp/hook.dll"), ("PYTHONSTARTUP", "/tmp/x.py"), ("NODE_OPTIONS", "--require /tmp/x.js"), ("AWS_SECRET_ACCESS_KEY", "topsecret"), ("BASH_ENV", "/tmp/x.sh")];

    [Fact]
    public void None_of_them_arrives_and_their_names_are_told()
    {
        try
        {
            foreach (var (name, value) in Variables) Environment.SetEnvironmentVariable(name, value);
            // The control: Standard keeps the caller's environment.
            Assert.Contains("AWS_SECRET_ACCESS_KEY=topsecret", Sandboxed.Run(Sandboxed.Standard, "/usr/bin/env").StandardOutput, StringComparison.Ordinal);
            var process = Sandboxed.Run(Sandboxed.Request(Sandboxed.Strict, "/usr/bin/env") with { Environment = new Dictionary<string, string?> { ["GIVEN"] = "on purpose" } });
            var seen = Sandboxed.Output(process);
            Assert.Contains("GIVEN=on purpose", seen, StringComparison.Ordinal);
            var told = Sandboxed.Row(process.Outcome, "environment").Detail!;
            foreach (var (name, value) in Variables)
            {
                Assert.DoesNotContain(name, seen, StringComparison.Ordinal);
                Assert.Contains(name, told, StringComparison.Ordinal);
                Assert.DoesNotContain(value, told, StringComparison.Ordinal);
            }
        }
        finally
        {
            foreach (var (name, _) in Variables) Environment.SetEnvironmentVariable(name, null);
        }
    }

    [Fact]
    public void The_launcher_itself_gets_no_variable_of_the_caller()
    {
        // PID 1 is the launcher; its environ is what it was started with.
        var process = Sandbox.Runtime.HardenedLauncher.Start(Sandboxed.Request(Sandboxed.Strict, "/bin/sleep", "100"));
        try
        {
            Assert.SkipUnless(Sandboxed.IsRoot, "the reaper is not dumpable, so only root reads its environment");
            var parent = ProcessState.Status($"/proc/{process.Id}/status", "PPid");
            Assert.Equal("", ProcessState.TryRead($"/proc/{parent}/environ"));
            Assert.StartsWith("sandbox-launcher", ProcessState.TryRead($"/proc/{parent}/cmdline"), StringComparison.Ordinal);
        }
        finally
        {
            process.Stop(TimeSpan.Zero);
        }
    }
}
