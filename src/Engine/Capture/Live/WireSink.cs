using System.Net;

namespace Sandbox.Capture;

/// <summary>Of a host interface's packets those of the sandbox: what could be rewritten to be its own.</summary>
internal sealed class WireSink : ViewSink
{
    private readonly EgressRewriter[] _rewriters;
    private byte[] _frame = new byte[1 << 16];
    private long _time;

    /// <param name="hosts">The interface's addresses.</param>
    /// <param name="places">What NAT made of the sandbox's flows.</param>
    /// <param name="file">Where its packets go.</param>
    public WireSink(IEnumerable<IPAddress> hosts, EgressPlaces places, ICaptureSink file)
        : base(places, file) => _rewriters = [.. hosts.Select(Back)];

    protected override ReadOnlySpan<byte> See(long time, ReadOnlySpan<byte> data)
    {
        if (data.Length > _frame.Length) _frame = new byte[data.Length];
        data.CopyTo(_frame);
        _time = time;
        foreach (var rewriter in _rewriters)
        {
            if (rewriter.Rewrite(_frame.AsSpan(0, data.Length))) return data;
        }

        return default;
    }

    private EgressRewriter Back(IPAddress host)
    {
        var number = PacketTuple.Number(host);
        var six = host.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6;
        return new(six ? null : host, six ? host : null, flow => Places.Inside(new(number, flow.Port), flow, _time));
    }
}
