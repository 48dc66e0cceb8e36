using System.Globalization;
using Sandbox.Bench.Capture;
using Sandbox.Bench.Denials;
using Sandbox.Bench.Network;
using Sandbox.Bench.Seccomp;
using Sandbox.Bench.Violations;
using Tmds.Linux;

namespace Sandbox.Bench;

/// <summary>bench [launch|stages|cmdlet|rate|first|memory|denials|violations|capture|network|seccomp]… [rounds] [profile.json]…: the named parts, or all of them; as root also as an ordinary user. Profiles are for the part seccomp.</summary>
internal static class Program
{
    private static readonly string[] Parts = ["launch", "stages", "cmdlet", "rate", "first", "memory", "denials", "violations", "capture", "network", "seccomp"];

    // A round compiles and installs every filter; this many take less than a minute.
    private const int MostSeccompRounds = 40;

    // A round sends for some 15 seconds to every subject.
    private const int MostCaptureRounds = 9;

    // The kernel takes a tenth of a second for each link that goes.
    private const int MostNetworkRounds = 60;

    private static int Main(string[] arguments)
    {
        try
        {
            return Measure(arguments);
        }
        catch (Exception e) when (e is InvalidOperationException or TimeoutException or SandboxException or IOException)
        {
            Console.Error.WriteLine(e); // one that nobody catches ends the process without what clears up
            return 1;
        }
    }

    private static int Measure(string[] arguments)
    {
        if (arguments is [FirstLaunchBench.Argument, var name])
        {
            FirstLaunchBench.Once(name);
            return 0;
        }

        if (arguments is [CaptureChild.Argument, var link, var file, var snapLength, var bufferSize, var attributes]) return CaptureChild.Run(link, file, Number(snapLength), Number(bufferSize), bool.Parse(attributes));

        if (arguments is [NetworkBench.Argument, var prefix, var directory, var stream, var count])
        {
            NetworkBench.Inside(prefix, directory, stream, Number(count));
            return 0;
        }

        var unknown = arguments.FirstOrDefault(a => !Parts.Contains(a) && !IsProfile(a) && !int.TryParse(a, CultureInfo.InvariantCulture, out _));
        if (unknown is not null)
        {
            Console.Error.WriteLine($"Unknown part '{unknown}'. Parts: {string.Join(", ", Parts)}; a number is the count of rounds, a .json file a profile for seccomp.");
            return 2;
        }

        var rounds = arguments.Select(a => int.TryParse(a, CultureInfo.InvariantCulture, out var n) ? n : 0).FirstOrDefault(n => n > 0, 150);
        string[] parts = [.. arguments.Where(Parts.Contains)];
        if (parts.Length == 0) parts = Parts;
        var root = (uint)LibC.geteuid() == 0;
        if (root) Report.Line($"Measured on: {Machine.Describe()}.");
        using var place = new Workplace();
        Run(new(root ? "root" : "an ordinary user"), place, parts, rounds);
        if (parts.Contains("seccomp")) SeccompBench.Run(place, Math.Min(rounds, MostSeccompRounds), arguments.Where(IsProfile));
        if (root && parts.Contains("violations")) ViolationBench.Run(place, rounds);
        if (root && parts.Contains("capture")) CaptureBench.Run(place, Math.Min(rounds, MostCaptureRounds));
        if (root && parts.Contains("network")) NetworkBench.Run(place, Math.Min(rounds, MostNetworkRounds));
        if (!root) return 0;
        // The staged module may lie where such a user can't read it; the cmdlet adds the same to both. A filter costs every user the same, and neither eBPF nor packets nor the host's network are theirs.
        string[] others = [.. parts.Where(p => p is not ("cmdlet" or "seccomp" or "violations" or "capture" or "network"))];
        return others.Length == 0 ? 0 : OrdinaryUser.Run(place, [.. others, rounds.ToString(CultureInfo.InvariantCulture)]);
    }

    private static void Run(Report report, Workplace place, string[] parts, int rounds)
    {
        if (parts.Contains("launch")) LaunchBench.Run(report, place, rounds);
        if (parts.Contains("stages")) StageProfile.Run(report, place, rounds);
        if (parts.Contains("stages")) PlanProfile.Run(report, place, rounds);
        if (parts.Contains("cmdlet") && Manifest() is { } manifest) CmdletBench.Run(report, place, manifest, rounds);
        Report.Line("");
        if (parts.Contains("rate")) RateBench.Run(report, place, TimeSpan.FromSeconds(2));
        if (parts.Contains("first")) FirstLaunchBench.Run(report, Math.Min(rounds, 7));
        if (parts.Contains("memory")) MemoryBench.Run(report, place);
        if (parts.Contains("denials")) DenialBench.Run(report, place, rounds);
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    private static bool IsProfile(string argument) => argument.EndsWith(".json", StringComparison.Ordinal) && File.Exists(argument);

    private static string? Manifest()
    {
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            var manifest = Path.Join(directory.FullName, "out", "Sandbox", "Sandbox.psd1");
            if (File.Exists(manifest)) return manifest;
        }

        Console.Error.WriteLine("The staged module isn't there: build it first (./build.sh Build). The cmdlet is not measured.");
        return null;
    }
}
