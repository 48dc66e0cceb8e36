using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Sandbox.Capture;

namespace Sandbox.Tests.Capture;

/// <summary>Compares the owners in a capture file with what the packets and the workload say themselves.</summary>
internal sealed partial class OwnerJudge
{
    private readonly Dictionary<(int Local, int Remote), Queue<int[]>> _connections = [];
    private readonly Dictionary<(int Local, int Remote), int[]> _current = [];

    public OwnerJudge(IEnumerable<string> log)
    {
        foreach (var words in log.Select(l => l.Split(' ')).Where(w => w[0] == "tcp"))
        {
            var numbers = words[1..].Select(w => int.Parse(w, CultureInfo.InvariantCulture)).ToArray();
            if (!_connections.TryGetValue((numbers[0], numbers[1]), out var queue)) _connections.Add((numbers[0], numbers[1]), queue = []);
            queue.Enqueue(numbers[2..]);
        }
    }

    public int Labelled { get; private set; }

    public int Unlabelled { get; private set; }

    /// <summary>Packets of which nobody says whose they are, such as those of the kernel's own.</summary>
    public int Unjudged { get; private set; }

    public int Unknown { get; private set; }

    public List<string> Missed { get; } = [];

    public List<string> Wrong { get; } = [];

    public double Recall => 1 - ((double)Unknown / (Labelled + Unlabelled));

    public void Judge(in RawFrame frame, UInt128[] here)
    {
        if (!PacketTuple.TryParse(frame.Data, 1, out var tuple, out var segment) || tuple.Protocol is not (PacketTuple.Tcp or PacketTuple.Udp or PacketTuple.Icmp or PacketTuple.Icmp6)) return;
        if (tuple.Protocol == PacketTuple.Icmp6 && segment[0] is not (128 or 129)) return;
        if (tuple.Protocol == PacketTuple.Icmp && segment[0] is not (0 or 8)) return;
        var sent = here.Contains(tuple.Source);
        var label = LabelForm().Match(Encoding.Latin1.GetString(segment));
        var key = sent ? ((int)tuple.SourcePort, (int)tuple.DestinationPort) : ((int)tuple.DestinationPort, (int)tuple.SourcePort);
        if (tuple.Protocol == PacketTuple.Tcp && (segment[13] & 0x12) == 2) _current[key] = _connections.TryGetValue(key, out var queue) && queue.TryDequeue(out var next) ? next : [];
        if (label.Success)
        {
            Labelled++;
            var process = int.Parse(label.Groups[1].Value, CultureInfo.InvariantCulture);
            var thread = int.Parse(label.Groups[2].Value, CultureInfo.InvariantCulture);
            if (Known(frame, tuple))
            {
                if (frame.ProcessId != process || frame.Comment != "process " + label.Groups[3].Value) Wrong.Add($"{Describe(frame, tuple)} is of {label.Value}");
                else if (sent && frame.ThreadId != thread) Wrong.Add($"{Describe(frame, tuple)} is of thread {thread}");
            }
        }
        else if (tuple.Protocol == PacketTuple.Tcp && _current.TryGetValue(key, out var owners) && owners.Length > 0)
        {
            Unlabelled++;
            if (Known(frame, tuple) && !owners.Contains(frame.ProcessId!.Value)) Wrong.Add($"{Describe(frame, tuple)} is of {string.Join(" or ", owners)}");
        }
        else
        {
            Unjudged++;
        }
    }

    private bool Known(in RawFrame frame, in PacketTuple tuple)
    {
        if (frame.ProcessId is not null) return true;
        Unknown++;
        Missed.Add(Describe(frame, tuple));
        return false;
    }

    private static string Describe(in RawFrame frame, in PacketTuple tuple) => string.Create(CultureInfo.InvariantCulture,
        $"{frame.Time % 100_000_000_000 / 1e9:f6} {tuple.Protocol} {PacketTuple.ToAddress(tuple.Source, tuple.Six)}:{tuple.SourcePort} > {PacketTuple.ToAddress(tuple.Destination, tuple.Six)}:{tuple.DestinationPort} {frame.Length} bytes [{frame.ProcessId} {frame.ThreadId} {frame.Comment}]");

    [GeneratedRegex("pid=([0-9]+) tid=([0-9]+) name=([^;]*);")]
    private static partial Regex LabelForm();
}
