using System.Diagnostics;
using System.Globalization;
using Sandbox.Tests.Host;

namespace Sandbox.Tests.Capture;

/// <summary>Programs of tcpdump, Wireshark and iproute2, which have nothing of ours in them.</summary>
internal static class CaptureTool
{
    /// <summary>What a program wrote; it must end with 0.</summary>
    public static string Run(string program, params string[] arguments)
    {
        var (code, output, error) = Try(program, arguments);
        return code == 0 ? output : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {code}: {error}{output}");
    }

    public static (int Code, string Output, string Error) Try(string program, params string[] arguments)
    {
        HostOracle.Require(program);
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true })!;
        process.StandardInput.Close();
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.Result);
    }

    public static string[] Lines(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Fields as tshark shows them, a line for each packet.</summary>
    public static string[] Fields(string path, params string[] fields) =>
        Lines(Run("tshark", ["-n", "-r", path, "-T", "fields", "-E", "separator=|", "-E", "occurrence=f", .. fields.SelectMany(f => new[] { "-e", f })]));

    /// <summary>The counters of the statistics block of a pcapng file by the codes of their options, read by a program without anything of ours.</summary>
    public static Dictionary<int, long> StatisticsBlock(string path) => Lines(Run("python3", "-c", """
        import struct, sys
        data, at = open(sys.argv[1], 'rb').read(), 0
        while at < len(data):
            kind, total = struct.unpack_from('<II', data, at)
            place = at + 20
            while kind == 5:
                code, length = struct.unpack_from('<HH', data, place)
                if code == 0: break
                if code >= 4: print(code, struct.unpack_from('<Q', data, place + 4)[0])
                place += 4 + length
            at += total
        """, path)).Select(l => l.Split(' ')).ToDictionary(w => int.Parse(w[0], CultureInfo.InvariantCulture), w => long.Parse(w[1], CultureInfo.InvariantCulture));
}
