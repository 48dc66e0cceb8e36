using Sandbox.Network;

namespace Sandbox.Capture;

/// <summary>The sandbox's packets as they leave the host.</summary>
internal sealed class EgressSink : ViewSink
{
    private readonly EgressRewriter _rewriter;
    private byte[] _frame = new byte[1 << 16];
    private long _time;

    public EgressSink(NatAddresses addresses, EgressPlaces places, ICaptureSink file)
        : base(places, file) => _rewriter = new(addresses.Target4, addresses.Target6, flow => Places.Find(flow, _time), addresses.Gateway4, addresses.Gateway6);

    protected override ReadOnlySpan<byte> See(long time, ReadOnlySpan<byte> data)
    {
        if (data.Length > _frame.Length) _frame = new byte[data.Length];
        data.CopyTo(_frame);
        _time = time;
        return _rewriter.Rewrite(_frame.AsSpan(0, data.Length)) ? _frame.AsSpan(0, data.Length) : default;
    }
}
