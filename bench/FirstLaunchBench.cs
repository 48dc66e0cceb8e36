using System.Diagnostics;
using System.Globalization;
using Sandbox.Hardening;
using Sandbox.Runtime;

namespace Sandbox.Bench;

/// <summary>The first launch of a fresh process, which compiles and loads what the later ones have.</summary>
internal static class FirstLaunchBench
{
    public const string Argument = "--first-launch";

    public static void Run(Report report, int rounds)
    {
        string[] names = ["Standard", "Strict"];
        var samples = names.Select(_ => new Samples()).ToArray();
        for (var i = 0; i < rounds; i++)
        {
            for (var n = 0; n < names.Length; n++) samples[n].Add(InFreshProcess(names[n]));
        }

        for (var n = 0; n < names.Length; n++) report.FirstLaunch(names[n], samples[n]);
    }

    /// <summary>The fresh process's part.</summary>
    public static void Once(string name)
    {
        var begun = Stopwatch.GetTimestamp();
        var profile = name == "Strict" ? BuiltInProfiles.Strict : BuiltInProfiles.Standard;
        HardenedLauncher.Start(new LaunchRequest { FilePath = Workplace.TrueProgram, Profile = profile, WorkingDirectory = "/usr" }).Wait(Timeout.InfiniteTimeSpan);
        Console.WriteLine(Stopwatch.GetElapsedTime(begun).TotalMilliseconds.ToString(CultureInfo.InvariantCulture));
    }

    private static double InFreshProcess(string name)
    {
        using var process = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, [typeof(Program).Assembly.Location, Argument, name]) { RedirectStandardOutput = true })!;
        var line = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return double.Parse(line, CultureInfo.InvariantCulture);
    }
}
