using Sandbox.Launch;
using Sandbox.Native;
using Tmds.Linux;

namespace Sandbox.Tests.Launch;

public sealed class PlanMemoryTests
{
    [Fact]
    public void Its_size_is_sealed_so_that_reading_it_is_never_a_fault()
    {
        using var memory = Make(out _);
        Assert.Equal(-1, LibC.ftruncate(memory.File.Number, 1));
        Assert.Equal(Errno.EPERM, LibC.errno);
        Assert.Equal(7, LibC.fcntl(memory.File.Number, 1034) & 7); // F_GET_SEALS: SEAL|SHRINK|GROW
    }

    [Fact]
    public void It_cannot_be_executed()
    {
        using var memory = Make(out _);
        var error = Assert.Throws<System.ComponentModel.Win32Exception>(() => System.Diagnostics.Process.Start($"/proc/{Environment.ProcessId}/fd/{memory.File.Number}"));
        Assert.Equal(Errno.EACCES, error.NativeErrorCode);
    }

    [Fact]
    public void Results_start_as_not_reached_and_reading_after_the_end_is_an_error()
    {
        var memory = Make(out var step);
        Assert.Equal(PlanFormat.NotReached, memory.Result(step));
        Assert.False(memory.StatusKnown);
        memory.Dispose();
        Assert.Throws<ObjectDisposedException>(() => memory.Result(step));
    }

    private static PlanMemory Make(out PlanStep step)
    {
        var w = new PlanWriter();
        step = w.Call(Syscall.Close, 3);
        return new(w.Build(), 3);
    }
}
