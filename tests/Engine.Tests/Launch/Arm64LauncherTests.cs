using Sandbox.Launch;
using Sandbox.Native;
using Sandbox.Tests.Runtime;
using Sandbox.Tests.Seccomp;

namespace Sandbox.Tests.Launch;

/// <summary>The arm64 launcher under qemu-user: steps by arm64 numbers, a fork, an exec, the status.</summary>
public sealed class Arm64LauncherTests
{
    private static readonly string? Emulator = Launchers.Native == "arm64" ? "" : new[] { "/usr/bin/qemu-aarch64-static", "/usr/bin/qemu-aarch64" }.FirstOrDefault(File.Exists);

    [Fact]
    public void It_runs_a_plan_to_its_program_and_reports_the_status()
    {
        Assert.SkipWhen(Emulator is null, "needs qemu-aarch64 (package qemu-user-static)");
        using var scratch = new ScratchDirectory();
        var w = new PlanWriter();
        // The engine starts launchers with every signal blocked; the reaper reads SIGCHLD by descriptor.
        w.Call(Arm64(Syscall.SetProcessMask), 0, w.Bytes(Enumerable.Repeat((byte)0xff, 8).ToArray(), "all"), 0, 8);
        var directory = w.Call(Arm64(Syscall.MkdirAt), -100, w.Text(scratch.At("made")), 0x1c0);
        w.Fatal = false;
        var refused = w.Call(Arm64(Syscall.Chdir), w.Text("/no/such/directory"));
        w.Requires = refused;
        var skipped = w.Call(Arm64(Syscall.Umask), 0);
        w.Requires = null;
        w.Fatal = true;
        PlanRun.Fork(w);
        var file = w.Call(Arm64(Syscall.OpenAt), -100, w.Text(scratch.At("made/file")), 0x41, 0x180);
        var written = w.Call(Arm64(Syscall.Write), file, w.Text("arm64"), 5);
        w.Call(Arm64(Syscall.Execve), w.Text("/bin/sh"), w.Texts(["/bin/sh", "-c", "exit 7"], "argv"), w.Texts([], "envp"));
        var plan = w.Build();
        using var memory = new PlanMemory(plan, -1);
        memory.OpenGate(PlanFormat.GateVerified);
        var launcher = Launchers.Write("arm64", scratch.Path);
        var (code, _, error) = CProgram.Run("/bin/sh", ["-c", $"exec timeout -s KILL 30 {Emulator} {launcher} 9 {plan.Size} 9<>/proc/{Environment.ProcessId}/fd/{memory.File.Number}"]);

        Assert.True(code == 0, error);
        Assert.Equal((0, -Errno.ENOENT, PlanFormat.Skipped, 5), (memory.Result(directory), memory.Result(refused), memory.Result(skipped), memory.Result(written)));
        Assert.Equal("arm64", File.ReadAllText(scratch.At("made/file")));
        Assert.True(memory.StatusKnown);
        Assert.Equal(7 << 8, memory.WaitStatus);
    }

    private static Syscall Arm64(Syscall call) => call with { X64 = call.Arm64 };
}
