using System.Diagnostics;

namespace Sandbox.Bench;

/// <summary>Runs the bench again as a user without any right, from a copy that such a user can read.</summary>
internal static class OrdinaryUser
{
    private const string Id = "61234"; // nobody's: above the ids that distributions give out, below those of systemd

    public static int Run(Workplace place, IEnumerable<string> arguments)
    {
        var copy = Directory.CreateDirectory(Path.Join(place.Directory, "bench")).FullName;
        foreach (var directory in Directory.EnumerateDirectories(AppContext.BaseDirectory, "*", SearchOption.AllDirectories)) Directory.CreateDirectory(Path.Join(copy, Path.GetRelativePath(AppContext.BaseDirectory, directory)));
        foreach (var file in Directory.EnumerateFiles(AppContext.BaseDirectory, "*", SearchOption.AllDirectories)) File.Copy(file, Path.Join(copy, Path.GetRelativePath(AppContext.BaseDirectory, file)));
        var start = new ProcessStartInfo("setpriv", ["--reuid=" + Id, "--regid=" + Id, "--clear-groups", "--inh-caps=-all", Environment.ProcessPath!, Path.Join(copy, "Sandbox.Bench.dll"), .. arguments]) { WorkingDirectory = "/" };
        start.Environment["HOME"] = "/nonexistent";
        using var process = Process.Start(start) ?? throw new InvalidOperationException("setpriv didn't start.");
        process.WaitForExit();
        return process.ExitCode;
    }
}
