using System.Diagnostics;
using System.Globalization;
using CsCheck;
using Sandbox.Hardening;
using Sandbox.Runtime;
using Sandbox.Tests.Runtime;

namespace Sandbox.Tests.Hardening;

/// <summary>In random profiles, what the outcome says is what /proc says to somebody who doesn't know what was asked.</summary>
public sealed class TruthTests : IDisposable
{
    private readonly ScratchDirectory _scratch = new();

    private static readonly Gen<HardeningProfile> Profiles =
        from namespaces in Gen.Int[0, 255]
        from toggles in Gen.Bool.Array[9]
        from root in Gen.Int[0, 2]
        from nofile in Gen.Int[16, 900]
        from limits in Gen.Int[0, 3]
        select Make((NamespaceKinds)namespaces, toggles, root == 0 ? RootMode.Private : RootMode.Host, nofile, limits);

    // Combinations that the engine refuses as inconsistent are made consistent; the rest is left to chance.
    private static HardeningProfile Make(NamespaceKinds namespaces, bool[] on, RootMode root, int nofile, int limits)
    {
        if (!Sandboxed.IsRoot && namespaces != 0) namespaces |= NamespaceKinds.User;
        if (root == RootMode.Private) namespaces |= NamespaceKinds.Mount | NamespaceKinds.Pid | (Sandboxed.IsRoot ? 0 : NamespaceKinds.User);
        var user = (namespaces & NamespaceKinds.User) != 0;
        var filter = on[0] && (on[1] || user);
        var values = new SortedDictionary<string, string>(StringComparer.Ordinal) { ["nofile"] = nofile.ToString(CultureInfo.InvariantCulture) };
        if (limits > 0) values["core"] = "0";
        if (limits > 1) values["stack"] = "4194304";
        if (limits > 2) values["fsize"] = "1000000";
        return new()
        {
            Name = "random", Tier = on[2] ? HardeningTier.Strict : HardeningTier.Standard, FailClosed = on[3], Namespaces = namespaces,
            Identity = user && on[4] ? IdentityMode.Sandbox : IdentityMode.Caller, Root = root,
            Network = (namespaces & NamespaceKinds.Network) != 0 ? NetworkMode.None : NetworkMode.Host,
            Landlock = on[5] && on[1], NoNewPrivileges = on[1], DropCapabilities = on[6], NewSession = on[7], NewKeyring = on[8], CleanEnvironment = on[2],
            SeccompPolicy = filter ? on[8] ? "strict" : "standard" : null, ResourceLimits = values,
        };
    }

    [Fact]
    public void The_outcome_is_what_an_observer_sees() => Profiles.Sample(Check, iter: 250, threads: 2, print: p => $"{p.Namespaces} {p}");

    private void Check(HardeningProfile profile)
    {
        HardenedProcess process;
        try
        {
            process = HardenedLauncher.Start(Sandboxed.Request(profile, "/bin/sleep", "1000") with { WorkingDirectory = _scratch.Path });
        }
        catch (HardeningException e)
        {
            // Fail closed: some requested row says why.
            Assert.Contains(e.Outcome, r => r.Requested && r.Status == OutcomeStatus.Failed);
            Assert.True(profile.FailClosed, $"best effort did not run: {e.Message}");
            return;
        }

        try
        {
            var observed = Observe(process.Id).ToArray();
            foreach (var (row, seen) in observed) Compare(process, profile, row, seen);
            var asked = process.Outcome.Where(r => r.Requested).ToArray();
            var complete = asked.All(r => r.Status == OutcomeStatus.Applied);
            Assert.Equal(complete ? profile.Tier == HardeningTier.Strict ? HardeningLevel.Full : HardeningLevel.Baseline : asked.Any(r => r.Status == OutcomeStatus.Applied) ? HardeningLevel.Partial : HardeningLevel.None, process.Level);
        }
        catch (IOException e)
        {
            process.Wait(TimeSpan.FromSeconds(1));
            Assert.Fail($"{e.Message} {Sandboxed.Describe(process)} {string.Join("; ", process.Outcome.Select(r => $"{r.Name} {r.Status}"))}");
        }
        finally
        {
            process.Stop(TimeSpan.Zero);
        }
    }

    private static void Compare(HardenedProcess process, HardeningProfile profile, string row, bool seen)
    {
        var outcome = process.Outcome.FirstOrDefault(r => r.Name == row);
        Assert.True(outcome is not null || !seen, $"{row} is in force and has no row");
        if (outcome is null) return;
        if (outcome.Status == OutcomeStatus.Applied) Assert.True(seen, $"{row} is said to be applied ({outcome.Detail}) and is not");
        if (outcome is { Requested: true, Status: not OutcomeStatus.Applied }) Assert.False(seen, $"{row} is in force and is said to be {outcome.Status} ({outcome.Detail})");
        Assert.True(outcome.Requested || outcome.Status == OutcomeStatus.Skipped, $"{row} was not asked for and is {outcome.Status}; {profile}");
    }

    // Reads /proc only: it knows neither the profile nor the plan.
    private static IEnumerable<(string Row, bool InForce)> Observe(int pid)
    {
        foreach (var (row, file) in new[] { ("user", "user"), ("mount", "mnt"), ("pid", "pid"), ("network", "net"), ("ipc", "ipc"), ("uts", "uts"), ("cgroup", "cgroup"), ("time", "time") })
        {
            var theirs = new FileInfo($"/proc/{pid}/ns/{file}").LinkTarget;
            yield return (row + "_namespace", theirs is not null && theirs != new FileInfo($"/proc/self/ns/{file}").LinkTarget);
        }

        var status = File.ReadAllLines($"/proc/{pid}/status").Select(l => l.Split(':', 2)).ToDictionary(l => l[0], l => l[1].Trim());
        yield return ("no_new_privs", status["NoNewPrivs"] == "1");
        yield return ("seccomp", status["Seccomp"] == "2" && status["Seccomp_filters"] != ProcessState.Status("Seccomp_filters"));
        yield return ("capabilities", new[] { "CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb" }.All(s => Convert.ToUInt64(status[s], 16) == 0));
        var stat = File.ReadAllText($"/proc/{pid}/stat");
        yield return ("new_session", stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[3] == pid.ToString(CultureInfo.InvariantCulture));
        yield return ("root_filesystem", File.ReadLines($"/proc/{pid}/mountinfo").Any(l => l.Split(' ') is var f && f[4] == "/" && f[5].Split(',').Contains("ro") && l.Contains(" - tmpfs ", StringComparison.Ordinal)));
        foreach (var line in File.ReadLines($"/proc/{pid}/limits").Skip(1))
        {
            var name = line[..26].Trim();
            var hard = line[47..68].Trim();
            var expected = name switch { "Max core file size" => ("core", "0"), "Max stack size" => ("stack", "4194304"), "Max file size" => ("fsize", "1000000"), _ => ("", "") };
            if (expected.Item1.Length > 0) yield return ("rlimit_" + expected.Item1, hard == expected.Item2 && line[26..47].Trim() == hard);
        }
    }

    public void Dispose() => _scratch.Dispose();
}
