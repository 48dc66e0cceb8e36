using System.Globalization;
using Sandbox.Hardening;
using Sandbox.Launch;
using Sandbox.Native;
using Tmds.Linux;

namespace Sandbox.Host;

/// <summary>User namespaces by the three kinds of id map that profiles use; each map is read back from the kernel.</summary>
internal static class UserNamespaceProbes
{
    private const string Area = "Namespaces";

    public static IEnumerable<HostFeature> All =>
    [
        new("user_namespace", Area, "Without root nothing that needs another namespace works; as root the target's capabilities would be the host's.", TryOwnId),
        new("identity_map", Area, "A target that root starts keeps root's id on the host instead of one without rights.", TryOtherId),
        new("newuidmap", Area, "No maps of more than one id without root.", TryHelper),
        new("subordinate_ids", Area, "Identity Subordinate can't be used: programs that switch between several users fail.", TrySubordinate),
    ];

    private static ProbeResult TryOwnId(HostState state)
    {
        var map = "";
        var plan = new ProbePlan().OwnUser().AwaitLook();
        plan.Look = (pid, _) => (map = ReadMap(pid, "uid_map")) == $"{Own} {Own} 1" ? null : $"/proc/PID/uid_map reads '{map}'";
        return plan.Run() is { } failure ? failure.ToResult(NamespaceRemedy.For(state, failure, "user")) : ProbeResult.Yes($"own namespace, own map; /proc/PID/uid_map reads '{map}'");
    }

    private static ProbeResult TryOtherId(HostState state)
    {
        const int Inside = LaunchIdentity.SandboxInsideId, Outside = LaunchIdentity.SandboxHostId;
        var plan = new ProbePlan().Unshare(0x10000000, "CLONE_NEWUSER").AwaitMap();
        plan.Map = pid =>
        {
            WriteMap(pid, "uid_map", Inside, Outside);
            WriteMap(pid, "gid_map", Inside, Outside);
        };
        plan.Writer.Call(Syscall.SetGroups, 0, 0);
        plan.Writer.Call(Syscall.SetResGid, Inside, Inside, Inside);
        plan.Writer.Call(Syscall.SetResUid, Inside, Inside, Inside);
        plan.AwaitLook();
        // The first field is the real id, in our namespace.
        plan.Look = (pid, _) => Status(pid, "Uid") is var uid && uid.Split('\t')[0] == $"{Outside}" ? null : $"the child's Uid is {uid}";
        try
        {
            return plan.Run() is { } failure ? failure.ToResult(NamespaceRemedy.For(state, failure, "user"))
                : ProbeResult.Yes($"id {Inside} inside is {Outside} on the host, written from outside and seen in /proc/PID/status");
        }
        catch (ErrnoException e) when (e.Errno is Errno.EPERM or Errno.EACCES)
        {
            return ProbeResult.No(e.Message, e.Errno, state.IsRoot ? state.Privilege("CAP_SETUID")
                : "Only root (CAP_SETUID and CAP_SETGID) can map an id other than its own; others keep their own id, or use identity Subordinate.");
        }
    }

    // A map of one's own id needs no line in subuid(5), so this tries the helper and nothing else.
    private static ProbeResult TryHelper(HostState state)
    {
        if (state.FindProgram("newuidmap") is not { } path) return ProbeResult.No("newuidmap is in no directory of PATH", Errno.ENOENT, Package(state));
        var map = "";
        ProbeFailure? helper = null;
        var plan = new ProbePlan().Unshare(0x10000000, "CLONE_NEWUSER").AwaitMap();
        plan.Map = pid =>
        {
            helper = ProgramRun.Try(new ProbePlan(), path, pid.ToString(CultureInfo.InvariantCulture), $"{Own}", $"{Own}", "1");
            map = ReadMap(pid, "uid_map");
        };
        if (plan.Run() is { } failure) return failure.ToResult(NamespaceRemedy.For(state, failure, "user"));
        if (helper is not null)
            return helper.ToResult($"{path} must be set-user-ID root (chmod u+s) or have file capabilities (setcap cap_setuid=ep), and no_new_privs must be off (it is {(state.Status("NoNewPrivs") == "1" ? "on" : "off")}).");
        return map == $"{Own} {Own} 1" ? ProbeResult.Yes($"{path} wrote the map of a child: '{map}'") : ProbeResult.No($"{path} ended well but the map reads '{map}'", 0, Package(state));
    }

    private static ProbeResult TrySubordinate(HostState state)
    {
        var map = "";
        var plan = new ProbePlan().Unshare(0x10000000, "CLONE_NEWUSER").AwaitMap();
        plan.Map = pid =>
        {
            IdentityMap.Write(pid, LaunchIdentity.Current, IdentityMode.Subordinate);
            map = ReadMap(pid, "uid_map");
        };
        if (plan.Run() is { } failure) return failure.ToResult(NamespaceRemedy.For(state, failure, "user"));
        var ids = map.Split('\n').Select(l => l.Split(' ')).Where(f => f.Length == 3).Sum(f => long.Parse(f[2], CultureInfo.InvariantCulture));
        return ids > 1 ? ProbeResult.Yes($"newuidmap and newgidmap mapped {ids} ids of a child") : ProbeResult.No($"the map reads '{map}': one id is no range", 0, "Add a range: usermod --add-subuids 100000-165535 --add-subgids 100000-165535 USER");
    }

    private static uint Own => (uint)LibC.geteuid();

    private static string Package(HostState state) => state.Install("uidmap", fedora: "shadow-utils", alpine: "shadow-uidmap", arch: "shadow", suse: "shadow");

    private static string ReadMap(int pid, string file) =>
        string.Join('\n', File.ReadLines($"/proc/{pid}/{file}").Select(l => string.Join(' ', l.Split(' ', StringSplitOptions.RemoveEmptyEntries))));

    private static string Status(int pid, string field) => File.ReadLines($"/proc/{pid}/status").First(l => l.StartsWith(field + ":", StringComparison.Ordinal))[(field.Length + 1)..].Trim();

    private static unsafe void WriteMap(int pid, string file, int inside, int outside)
    {
        using var map = FileDescriptor.Open($"/proc/{pid}/{file}", LibC.O_WRONLY);
        var text = System.Text.Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{inside} {outside} 1\n"));
        fixed (byte* at = text) Check.Result("write", (long)LibC.write(map.Number, at, text.Length), $"{file} with '{inside} {outside} 1'");
    }
}
