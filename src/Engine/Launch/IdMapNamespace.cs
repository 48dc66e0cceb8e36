using System.Collections.Concurrent;
using System.Globalization;
using Sandbox.Native;

namespace Sandbox.Launch;

/// <summary>
/// User namespaces that say how an idmapped mount translates ids (mount_setattr(2)): the owner of the host's files is the target,
/// everybody else stays who they are. Made once per owner and process, by a launcher that only waits to be looked at.
/// </summary>
internal static class IdMapNamespace
{
    private static readonly ConcurrentDictionary<(int Uid, int Gid, int Host), Lazy<FileDescriptor>> Made = new();

    public static FileDescriptor Get((int Uid, int Gid) owner, int hostId) =>
        Made.GetOrAdd((owner.Uid, owner.Gid, hostId), key => new(() => Make(key))).Value;

    /// <summary>A map of every id: the owner to the host id, the others to themselves.</summary>
    public static string Map(int owner, int hostId)
    {
        const long End = uint.MaxValue; // (uid_t)-1 is no id
        var lines = new List<string> { Line(owner, hostId, 1) };
        long from = 0;
        foreach (var stop in new[] { (long)Math.Min(owner, hostId), Math.Max(owner, hostId), End })
        {
            if (stop > from) lines.Add(Line(from, from, stop - from));
            from = stop + 1;
        }

        return string.Concat(lines);
        static string Line(long inside, long outside, long count) => string.Create(CultureInfo.InvariantCulture, $"{inside} {outside} {count}\n");
    }

    private static FileDescriptor Make((int Uid, int Gid, int Host) key)
    {
        var writer = new PlanWriter { Row = "idmap" };
        writer.Call(Syscall.Unshare, PlanArgument.Value(0x10000000, "CLONE_NEWUSER"));
        writer.Call(Syscall.Operation("gate", PlanFormat.OperationGate), PlanFormat.MessageMapMe, PlanFormat.GateMapped);
        var gate = new Gate(key);
        using var nothing = FileDescriptor.Open("/dev/null", Tmds.Linux.LibC.O_RDWR);
        using var launched = SandboxLauncher.Start(writer.Build(), new(), new(nothing, nothing, nothing), gate, newSession: true);
        launched.ReapInit();
        return gate.Namespace ?? throw new ErrnoException("unshare", -launched.Memory.Result(launched.Plan.Steps[0]), "user namespace for idmapped mounts");
    }

    private sealed class Gate((int Uid, int Gid, int Host) key) : ILaunchGate
    {
        public FileDescriptor? Namespace { get; private set; }

        public void MapIdentity(int launcherPid)
        {
            File.WriteAllText($"/proc/{launcherPid}/uid_map", Map(key.Uid, key.Host));
            File.WriteAllText($"/proc/{launcherPid}/gid_map", Map(key.Gid, key.Host));
            Namespace = FileDescriptor.Open($"/proc/{launcherPid}/ns/user", Tmds.Linux.LibC.O_RDONLY);
        }

        public bool Verify(int targetPid, int initPid, PlanMemory memory) => false;

        public void AfterExec(int targetPid)
        {
        }
    }
}
