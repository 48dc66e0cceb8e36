using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using Sandbox.Hardening;
using Sandbox.Native;

namespace Sandbox.Violations;

/// <summary>What the sandbox's own Landlock domain says (landlock(7)). A domain that the program made itself can't be seen.</summary>
internal static class LandlockReplay
{
    private static readonly ConditionalWeakTable<HardenedProcess, ResolvedRules> Cache = [];

    /// <summary>Whether a right is granted on the way from the root to an object.</summary>
    public static CheckResult Path(CauseQuery query, IEnumerable<Inode> chain, LandlockAccessFs wanted, string path)
    {
        if (query.Sandbox is not { Domain: { } domain } sandbox || (domain.HandledFs & wanted) == 0) return CheckResult.Passes;
        if (!Cache.TryGetValue(sandbox, out var rules)) Cache.AddOrUpdate(sandbox, rules = ResolvedRules.Of(query, domain));
        var way = chain.ToArray();
        if (rules.Root != way[0].Identity) return CheckResult.Undecided("the caller has another root than its sandbox, so Landlock's rules can't be matched");
        LandlockAccessFs granted = 0;
        foreach (var inode in way) granted |= rules.Of(inode.Identity);
        var missing = domain.HandledFs & wanted & ~granted;
        if (missing == 0) return CheckResult.Passes;
        var writes = (missing & ~(LandlockAccessFs.ReadFile | LandlockAccessFs.ReadDir | LandlockAccessFs.Execute)) != 0;
        var suggestion = writes ? CauseSuggestion.Writable(query, path) : $"Start-HardenedProcess -ReadOnlyPath {CauseSuggestion.Quote(path)}.";
        return Refused(Errno.EACCES, $"The sandbox's Landlock domain doesn't grant {Names(missing)} for {path}; it grants {(granted == 0 ? "nothing" : Names(granted))} there.", suggestion);
    }

    /// <summary>TCP ports; for what the caller's socket is, see <paramref name="protocol"/>, null where it isn't known.</summary>
    public static CheckResult Port(CauseQuery query, LandlockAccessNet wanted, int port, string? protocol)
    {
        if (query.Sandbox?.Domain is not { } domain || (domain.HandledNet & wanted) == 0) return CheckResult.Passes;
        if (domain.Ports.Any(p => p.Port == port && (p.Access & wanted) != 0)) return CheckResult.Passes;
        if (protocol is null) return CheckResult.Undecided("whether the socket is one of TCP isn't known, for which the sandbox's Landlock domain has rules");
        if (!protocol.StartsWith("TCP", StringComparison.Ordinal)) return CheckResult.Passes;
        var connects = wanted == LandlockAccessNet.ConnectTcp;
        var allowed = domain.Ports.Where(p => (p.Access & wanted) != 0).Select(p => p.Port.ToString(CultureInfo.InvariantCulture)).ToArray();
        return Refused(Errno.EACCES, $"The sandbox's Landlock domain doesn't grant net.{(connects ? "connect" : "bind")}_tcp for port {port}; it grants {(allowed.Length == 0 ? "none" : string.Join(", ", allowed))}.",
            string.Create(CultureInfo.InvariantCulture, $"New-HardeningProfile {(connects ? "-TcpConnectPort" : "-TcpBindPort")} {string.Join(',', allowed.Append(port.ToString(CultureInfo.InvariantCulture)))}, and run with that profile."));
    }

    /// <summary>Calls that a domain refuses as a whole.</summary>
    public static CheckResult Mount(CauseQuery query) => query.Sandbox?.Domain is { HandledFs: not 0 }
        ? Refused(Errno.EPERM, $"The sandbox's Landlock domain lets nobody change mounts: {query.Call} fails in it whatever else allows it.", "Run it under a profile without Landlock, or give the mount by -ReadOnlyPath or -WritablePath.")
        : CheckResult.Passes;

    public static CheckResult Scope(CauseQuery query, LandlockScope scope, string what) => query.Sandbox?.Domain is { } domain && (domain.Scope & scope) != 0
        ? Refused(Errno.EPERM, $"The sandbox's Landlock domain scopes {(scope == LandlockScope.Signal ? "signals" : "abstract unix sockets")} (scope.{(scope == LandlockScope.Signal ? "signal" : "abstract_unix_socket")}): {what}.", null)
        : CheckResult.Passes;

    public static CheckResult Refused(int errno, string text, string? suggestion) => CheckResult.Refuses(errno, SandboxViolationCause.Landlock, text, suggestion);

    /// <summary>As the kernel's log has them: fs.write_file.</summary>
    private static string Names(LandlockAccessFs rights) => string.Join(',', Enum.GetValues<LandlockAccessFs>().Where(r => System.Numerics.BitOperations.IsPow2((ulong)r) && rights.HasFlag(r)).Select(Name));

    private static string Name(LandlockAccessFs right)
    {
        var text = new StringBuilder("fs.");
        foreach (var c in right.ToString())
        {
            if (char.IsUpper(c) && text.Length > 3) text.Append('_');
            text.Append(char.ToLowerInvariant(c));
        }

        return text.ToString();
    }

    // The rules by the files that they are for, as the sandbox's root leads to them.
    private sealed class ResolvedRules((ulong, ulong) root, Dictionary<(ulong, ulong), LandlockAccessFs> rights)
    {
        public (ulong, ulong) Root => root;

        public LandlockAccessFs Of((ulong, ulong) file) => rights.GetValueOrDefault(file);

        public static ResolvedRules Of(CauseQuery query, LandlockRuleset domain)
        {
            var rights = new Dictionary<(ulong, ulong), LandlockAccessFs>();
            using var own = query.Sandbox!.Snapshot is null ? TargetSnapshot.TryTake(query.Sandbox.InitId) : null;
            using var root = (query.Sandbox.Snapshot ?? own ?? query.Snapshot!).Root();
            foreach (var rule in domain.Paths)
            {
                using var walk = PathWalk.Of(query, root, new("", rule.Path), follow: true, caller: null);
                if (walk is not { Result.IsPass: true, Object: { } file }) continue;
                rights[file.Identity] = rights.GetValueOrDefault(file.Identity) | rule.Access;
            }

            return new(root.Identity, rights);
        }
    }
}
