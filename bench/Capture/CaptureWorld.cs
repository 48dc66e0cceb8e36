using System.Diagnostics;
using System.Globalization;

namespace Sandbox.Bench.Capture;

/// <summary>A network namespace of the bench's own with the pair va and vb, on which nothing is but what the bench sends from va to vb.</summary>
internal sealed class CaptureWorld : IDisposable
{
    public const string Sender = "va", Receiver = "vb";

    /// <summary>What datagrams are sent to: nobody's, so that the receiving end drops them as it does frames that aren't for it.</summary>
    public const string Nobody = "10.9.9.2";

    private readonly Spaces _spaces = new();

    public CaptureWorld()
    {
        try
        {
            _spaces.Make(Name);
            Tool.Run("ip", "netns", "exec", Name, "sh", "-c", "for i in all default; do test ! -e /proc/sys/net/ipv6/conf/$i || echo 1 > /proc/sys/net/ipv6/conf/$i/disable_ipv6; done");
            Tool.Run("ip", "-n", Name, "link", "add", Sender, "type", "veth", "peer", "name", Receiver);
            foreach (var link in new[] { Sender, Receiver }) Tool.Run("ip", "-n", Name, "link", "set", link, "up");
            Tool.Run("ip", "-n", Name, "address", "add", "10.9.9.1/24", "dev", Sender);
            Tool.Run("ip", "-n", Name, "neighbour", "add", Nobody, "lladdr", "02:00:00:00:00:02", "dev", Sender, "nud", "permanent");
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public string Name { get; } = $"sbxb{Environment.ProcessId}";

    /// <summary>What starts a program in there; it takes the place of nsenter. Not by ip, whose own /sys is without the control groups.</summary>
    public ProcessStartInfo Inside(params string[] command) => new("nsenter", ["--net=/run/netns/" + Name, "--", .. command]);

    /// <summary>Frames that came to the receiving end, and that were lost on the way to it.</summary>
    public (long Arrived, long Lost) Counters()
    {
        var fields = Tool.Run("ip", "netns", "exec", Name, "cat", $"/sys/class/net/{Receiver}/statistics/rx_packets", $"/sys/class/net/{Sender}/statistics/tx_dropped").Split('\n');
        return (long.Parse(fields[0], CultureInfo.InvariantCulture), long.Parse(fields[1], CultureInfo.InvariantCulture));
    }

    public void Dispose() => _spaces.Dispose();
}
