using System.Globalization;
using Sandbox.Denials;

namespace Sandbox.Tests.Denials;

/// <summary>A made tree of proc(5) with a clock of its own.</summary>
internal sealed class FakeProc : IScopeClock, IDisposable
{
    public const ulong HostSpace = 4026531836;
    private static readonly DateTime Boot = new(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    public FakeProc(string mounts = "")
    {
        Root = Directory.CreateTempSubdirectory("sandbox-proc-").FullName;
        Directory.CreateDirectory(Path.Combine(Root, "self/ns"));
        File.WriteAllText(Path.Combine(Root, "self/mountinfo"), mounts);
        File.WriteAllText(Path.Combine(Root, "self/cgroup"), "0::/watcher\n");
        File.CreateSymbolicLink(Path.Combine(Root, "self/ns/pid"), $"pid:[{HostSpace}]");
    }

    public string Root { get; }

    /// <summary>Since boot.</summary>
    public TimeSpan Now { get; set; } = TimeSpan.FromSeconds(100);

    public DateTime UtcNow => Boot + Now;

    public long Milliseconds => (long)Now.TotalMilliseconds;

    public ProcTree Tree => new(Root);

    /// <summary>A process with its threads and children; it started when it was made.</summary>
    public void Add(int pid, int parent, string groups = "0::/\n", ulong space = HostSpace, int[]? threads = null, bool listed = true, char state = 'S')
    {
        var directory = Path.Combine(Root, Text(pid));
        Directory.CreateDirectory(Path.Combine(directory, "ns"));
        foreach (var thread in threads ?? [pid])
        {
            Directory.CreateDirectory(Path.Combine(directory, "task", Text(thread)));
            if (listed) File.WriteAllText(Path.Combine(directory, "task", Text(thread), "children"), "");
        }

        // A name that looks like the fields behind it.
        File.WriteAllText(Path.Combine(directory, "stat"), string.Create(CultureInfo.InvariantCulture, $"{pid} (a) R 1 (b) {state} {parent} {pid} {pid} 0 -1 0 0 0 0 0 0 0 0 0 20 0 {threads?.Length ?? 1} 0 {(long)(Now.TotalMilliseconds / 10)} 0 0\n"));
        File.WriteAllText(Path.Combine(directory, "cgroup"), groups);
        File.CreateSymbolicLink(Path.Combine(directory, "ns/pid"), $"pid:[{space}]");
    }

    /// <summary>Puts children on the list of a thread.</summary>
    public void Children(int pid, int thread, params int[] children) =>
        File.WriteAllText(Path.Combine(Root, Text(pid), "task", Text(thread), "children"), string.Concat(children.Select(c => Text(c) + " ")));

    public void Remove(int pid) => Directory.Delete(Path.Combine(Root, Text(pid)), recursive: true);

    public void Move(int pid, string groups) => File.WriteAllText(Path.Combine(Root, Text(pid), "cgroup"), groups);

    public ScopeTarget Target(int pid) => ScopeTarget.Of(new() { ProcessId = pid }, Tree);

    public ProcessScope Scope(int pid) => new(Target(pid), Tree, this);

    public ProcessScope Scope(SeccompDenialWatch watch) => new(ScopeTarget.Of(watch, Tree), Tree, this);

    public void Advance(double milliseconds) => Now += TimeSpan.FromMilliseconds(milliseconds);

    public DateTime OfStart(long ticks) => Boot.AddMilliseconds(ticks * 10);

    public DateTime OfEvent(ulong nanoseconds) => Boot.AddTicks((long)nanoseconds / 100);

    public ProcessEvent Event(ProcessEventKind kind, int pid, int parent = 0) => new(kind, pid, parent, (ulong)Now.Ticks * 100);

    public void Dispose() => Directory.Delete(Root, recursive: true);

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
