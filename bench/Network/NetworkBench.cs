using System.Diagnostics;
using System.Globalization;

namespace Sandbox.Bench.Network;

/// <summary>Networks of sandboxes on a host of the bench's own.</summary>
internal static class NetworkBench
{
    public const string Argument = "--network";
    private const int MostPathRounds = 15;

    public static void Run(Workplace place, int rounds)
    {
        if (new[] { "ip", "nft" }.FirstOrDefault(p => Tool.Find(p) is null) is { } missing)
        {
            Console.Error.WriteLine($"{missing} is not installed. Networks are not measured.");
            return;
        }

        var stream = place.Compile("stream");
        using var world = new NetworkWorld();
        string[] command = ["netns", "exec", world.Names.Host, Environment.ProcessPath!, typeof(Program).Assembly.Location, Argument, world.Names.Prefix, place.Directory, stream, rounds.ToString(CultureInfo.InvariantCulture)];
        using var process = Process.Start(new ProcessStartInfo("ip", command))!;
        try
        {
            process.WaitForExit();
            if (process.ExitCode != 0) throw new InvalidOperationException($"The bench in the host's namespace ended with {process.ExitCode}.");
        }
        finally
        {
            Tool.End(process);
        }
    }

    /// <summary>The part of the process in the host's namespace.</summary>
    public static void Inside(string prefix, string directory, string stream, int rounds)
    {
        var names = new NetworkNames(prefix);
        new SetUpBench(names, directory, stream).Run(rounds);
        new UserSetUpBench(names, directory, stream).Run(rounds);
        new PathBench(names, stream).Run(Math.Min(rounds, MostPathRounds));
    }
}
