using System.Diagnostics;

namespace Sandbox.Bench;

/// <summary>Programs that a measurement needs besides the one that is measured.</summary>
internal static class Tool
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    /// <summary>Where a program is; null where it isn't.</summary>
    public static string? Find(string name) => new[] { "/usr/sbin", "/usr/bin", "/sbin", "/bin" }.Select(d => Path.Join(d, name)).FirstOrDefault(File.Exists);

    /// <summary>What a program wrote; it must end with 0.</summary>
    public static string Run(params string[] command)
    {
        using var process = Process.Start(new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEndAsync();
        if (!process.WaitForExit(Patience))
        {
            process.Kill();
            throw new TimeoutException($"{string.Join(' ', command)} didn't end.");
        }

        return process.ExitCode == 0 ? output.Result : throw new InvalidOperationException($"{string.Join(' ', command)} ended with {process.ExitCode}: {error.Result}{output.Result}");
    }

    /// <summary>Ends a program that may have ended.</summary>
    public static void End(Process process)
    {
        try
        {
            process.Kill();
        }
        catch (InvalidOperationException)
        {
            // It has.
        }

        process.WaitForExit();
    }
}
