using System.Globalization;
using Sandbox.Native;
using Tmds.Linux;

namespace Sandbox.Launch;

/// <summary>
/// A launcher that waits for our end and then removes our cgroup directories: PID 1 of a sandbox can't, since its ids have no rights
/// over them. One per process, started with the first cgroup; 8 KB.
/// </summary>
internal static class JanitorProcess
{
    private static readonly Lock Gate = new();
    private static readonly HashSet<string> Covered = new(StringComparer.Ordinal);
    private static readonly List<ControlSocket> Held = [];

    /// <summary>Makes sure that these directories are removed, with what is in them, when this process is gone.</summary>
    public static void Cover(IReadOnlyList<string> directories)
    {
        lock (Gate)
        {
            var added = directories.Where(d => !Covered.Contains(d)).ToArray();
            if (added.Length == 0) return;
            Held.Add(Start(added));
            Covered.UnionWith(added);
        }
    }

    private static ControlSocket Start(IReadOnlyList<string> directories)
    {
        var writer = new PlanWriter { Row = "janitor" };
        foreach (var directory in directories) writer.Call(Syscall.Operation("rmdir", 0), writer.Text(directory));
        var plan = writer.Build().ForJanitor();
        var numbers = new LaunchDescriptors();
        var control = new ControlSocket();
        using var memory = new PlanMemory(plan, numbers.ControlNumber);
        using var nothing = FileDescriptor.Open("/dev/null", LibC.O_RDWR);
        using var theirs = control.Theirs.DuplicateAbove(numbers.End);
        using var file = memory.File.DuplicateAbove(numbers.End);
        using var image = LauncherImage.Instance.DuplicateAbove(numbers.End);
        PosixSpawn.Start(
            $"/proc/self/fd/{image.Number}",
            ["sandbox-janitor", numbers.PlanNumber.ToString(CultureInfo.InvariantCulture), plan.Size.ToString(CultureInfo.InvariantCulture)],
            [(nothing.Number, 0), (nothing.Number, 1), (nothing.Number, 2), (file.Number, numbers.PlanNumber), (theirs.Number, numbers.ControlNumber)],
            newSession: true);
        control.Theirs.Dispose();
        return control;
    }
}
