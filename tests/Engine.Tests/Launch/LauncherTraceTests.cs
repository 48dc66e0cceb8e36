using System.Globalization;
using System.Text.RegularExpressions;
using Sandbox.Hardening;
using Sandbox.Launch;
using Sandbox.Tests.Runtime;
using Sandbox.Tests.Seccomp;

namespace Sandbox.Tests.Launch;

/// <summary>What strace sees is the plan, call by call, with nothing of the launcher's own between but what it needs.</summary>
public sealed class LauncherTraceTests
{
    private static readonly string[] Own = ["exit_group", "futex", "ppoll", "rt_sigreturn"];

    [Fact]
    public void The_calls_are_the_plan_in_its_order()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/strace"), "needs strace");
        Assert.SkipUnless(Sandboxed.IsRoot, "without a user namespace the plan needs root");
        using var scratch = new ScratchDirectory();
        // No user namespace and no filter: for those the launcher needs an engine at the other end.
        var profile = Sandboxed.Strict with { Namespaces = NamespaceKinds.All & ~NamespaceKinds.User, Identity = IdentityMode.Caller, SeccompPolicy = null };
        var prepared = PreparedLaunch.Create(Sandboxed.Request(profile, "/bin/true"));
        using var memory = new PlanMemory(prepared.Plan, 8);
        memory.OpenGate(PlanFormat.GateVerified);
        // A fifo that is its own other end: it takes the messages and never ends.
        Assert.Equal(0, CProgram.Run("mkfifo", [scratch.At("control")]).Code);
        var line = $"exec timeout -s KILL 30 strace -ff -s 4096 -o {scratch.At("trace")} /proc/{Environment.ProcessId}/fd/{LauncherImage.Instance.Number} 9 {prepared.Plan.Size} 9<>/proc/{Environment.ProcessId}/fd/{memory.File.Number} 8<>{scratch.At("control")}";
        CProgram.Run("/bin/sh", ["-c", line]);

        var seen = Seen(scratch.Path).ToList();
        var at = 0;
        foreach (var step in prepared.Plan.Steps.Where(s => s.Call.Number >= 0))
        {
            while (at < seen.Count && seen[at].Name != step.Call.Name && IsOwn(seen[at])) at++;
            Assert.True(at < seen.Count, $"{step} was not made; the last calls:\n{string.Join((char)10, seen.TakeLast(5).Select(s => s.Line))}");
            Assert.True(seen[at].Name == step.Call.Name, $"step {step.Index} is {step}, and the launcher called {seen[at].Line}");
            foreach (var argument in step.Arguments.Where(a => a.Text.StartsWith('"') && a.Text.Length > 3)) Assert.Contains(argument.Text[1..^1], seen[at].Line, StringComparison.Ordinal);
            at++;
        }

        Assert.Equal("execve", seen[at - 1].Name);
        Assert.Contains("= 0", seen[at - 1].Line, StringComparison.Ordinal);
    }

    // At its start it maps the plan; at a gate it writes one byte and looks at the gate's word; at a fork it forks.
    private static bool IsOwn((string Name, string Line) call) => Own.Contains(call.Name)
        || (call.Name == "execve" && call.Line.Contains("/proc/", StringComparison.Ordinal)) || (call.Name == "mmap" && call.Line.Contains("MAP_SHARED", StringComparison.Ordinal))
        || (call.Name == "close" && call.Line.StartsWith("close(9)", StringComparison.Ordinal)) || (call.Name == "write" && call.Line.StartsWith("write(8, \"R\"", StringComparison.Ordinal))
        || (call.Name == "clone" && call.Line.Contains("SIGCHLD", StringComparison.Ordinal));

    // The launcher up to its end, PID 1 up to its fork, the target up to its exec: one file each, in the order of their pids.
    private static IEnumerable<(string Name, string Line)> Seen(string directory)
    {
        var files = Directory.GetFiles(directory, "trace.*").OrderBy(f => int.Parse(f[(f.LastIndexOf('.') + 1)..], CultureInfo.InvariantCulture)).ToArray();
        Assert.Equal(3, files.Length);
        for (var i = 0; i < 3; i++)
        {
            foreach (var line in File.ReadLines(files[i]))
            {
                var match = Regex.Match(line, @"^(\w+)\(");
                if (!match.Success) continue;
                yield return (match.Groups[1].Value, line);
                if (i == 1 && match.Groups[1].Value == "clone") break;
                if (i == 2 && match.Groups[1].Value == "execve") break;
            }
        }
    }
}
