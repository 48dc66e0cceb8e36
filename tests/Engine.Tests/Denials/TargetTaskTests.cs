using System.Diagnostics;
using Sandbox.Denials;

namespace Sandbox.Tests.Denials;

/// <summary>A thread by its /proc directory.</summary>
public sealed class TargetTaskTests
{
    [Fact]
    public void One_that_has_ended_is_known_to_have()
    {
        using var process = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", "read line"]) { RedirectStandardInput = true })!;
        using var task = TargetTask.TryOpen(process.Id)!;
        Assert.True(task.Refresh());
        Assert.Equal(("sh", process.Id), (task.Name(), task.Process));
        process.StandardInput.WriteLine();
        process.WaitForExit();
        // Its directory's owner can still be asked for, and is root's then.
        Assert.False(task.Refresh());
        Assert.Null(task.Executable());
    }
}
