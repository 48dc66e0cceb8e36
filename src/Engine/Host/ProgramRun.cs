using System.ComponentModel;
using System.Diagnostics;

namespace Sandbox.Host;

/// <summary>A run of a helper program with a bound on its time.</summary>
internal static class ProgramRun
{
    // Some, such as pasta without a usable /dev/net/tun, hang and ignore SIGTERM.
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(1);

    /// <summary>What it wrote to both streams. An exception says why it didn't end with 0.</summary>
    public static string Require(string path, IReadOnlyList<string> arguments)
    {
        var name = Path.GetFileName(path);
        var start = new ProcessStartInfo(path, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        try
        {
            using var process = Process.Start(start)!;
            process.StandardInput.Close();
            var output = process.StandardOutput.ReadToEndAsync();
            var error = process.StandardError.ReadToEndAsync();
            if (!process.WaitForExit(Bound) || !Task.WhenAll(output, error).Wait(Bound))
            {
                process.Kill(entireProcessTree: true);
                throw new SandboxException($"{name},ETIMEDOUT", SandboxErrorKind.OperationTimeout, $"{name} didn't end within {Bound.TotalSeconds:0} s and was killed");
            }

            var text = (output.Result + error.Result).Trim();
            return process.ExitCode == 0 ? text
                : throw new SandboxException($"{name},FAILED", SandboxErrorKind.InvalidOperation, $"{name} ended with {process.ExitCode}: {text.Split('\n')[0]}");
        }
        catch (Win32Exception e)
        {
            throw new SandboxException($"{name},EXEC", SandboxErrorKind.NotInstalled, $"{path} can't be run: {e.Message}", null, e);
        }
    }
}
