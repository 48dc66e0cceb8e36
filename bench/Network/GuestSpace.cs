using System.Diagnostics;
using System.Globalization;

namespace Sandbox.Bench.Network;

/// <summary>A process that waits in a user namespace and a network namespace of its own, as a target does. It ends with the bench, whatever ends that.</summary>
internal sealed class GuestSpace : IDisposable
{
    private readonly Process _process = Process.Start(new ProcessStartInfo("unshare", ["--user", "--map-root-user", "--net", "sh", "-c", "ip link set lo up; echo there; exec cat"]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;

    public GuestSpace()
    {
        if (_process.StandardOutput.ReadLine() is not null) return;
        Dispose();
        throw new InvalidOperationException("There is no target in a user namespace of its own.");
    }

    public int Id => _process.Id;

    /// <summary>What starts a program in there, and gives it its place.</summary>
    public string[] Enter => ["nsenter", "--target", Id.ToString(CultureInfo.InvariantCulture), "--net", "--"];

    public void Dispose()
    {
        Tool.End(_process);
        _process.Dispose();
    }
}
