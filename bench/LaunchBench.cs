using Sandbox.Bench.Subjects;
using Sandbox.Hardening;

namespace Sandbox.Bench;

/// <summary>Launch latency of every subject, interleaved: each round runs all of them, so that a noisy moment meets them all.</summary>
internal static class LaunchBench
{
    private const int WarmUp = 15;

    public static void Run(Report report, Workplace place, int rounds)
    {
        var stamp = place.Compile("stamp");
        using var floor = new FloorSubject(place, stamp);
        var strict = new EngineSubject("**Sandbox, Strict**", BuiltInProfiles.Strict, place, stamp);
        var bubblewrap = new SpawnSubject("bwrap --unshare-all, the same root", Peers.Bubblewrap(place), stamp);
        Subject[] subjects =
        [
            new SpawnSubject("posix_spawn", [], stamp),
            new ProcessStartSubject(stamp),
            new EngineSubject("**Sandbox, Standard**", BuiltInProfiles.Standard, place, stamp),
            floor,
            new BarePlanSubject(stamp),
            new SpawnSubject("unshare -Urpmiun --fork", Peers.Unshare(), stamp),
            new EngineSubject("**Sandbox, Strict on the host's root**", BuiltInProfiles.Strict with { Root = RootMode.Host }, place, stamp),
            strict,
            bubblewrap,
        ];
        for (var i = 0; i < rounds + WarmUp; i++)
        {
            foreach (var subject in subjects)
            {
                var (whole, toMain) = (subject.RunWhole(), subject.RunToMain());
                if (i < WarmUp) continue;
                subject.Whole.Add(whole);
                subject.ToMain.Add(toMain);
            }
        }

        report.Launches(rounds, subjects, floor, bubblewrap);
    }
}
