using System.Net;
using Sandbox.Network;

namespace Sandbox.Capture;

/// <summary>Where a capture's ring is, and what becomes of its packets: by its view.</summary>
internal sealed class CapturePlan : IDisposable
{
    private const string Suffix = ".pcapng";
    private readonly EgressPlaces? _places;

    private CapturePlan(PacketCaptureOptions options, ICaptureSink sink, FlowTable flows, EgressPlaces? places, params (CaptureView View, string Path, FileSink Sink)[] files) =>
        (Options, Sink, Flows, _places, Files) = (options, sink, flows, places, files);

    /// <summary>Of the ring.</summary>
    public PacketCaptureOptions Options { get; }

    public ICaptureSink Sink { get; }

    /// <summary>Sums up what is written of the first view.</summary>
    public FlowTable Flows { get; }

    public IReadOnlyList<(CaptureView View, string Path, FileSink Sink)> Files { get; }

    public static CapturePlan Make(PacketCaptureOptions options, string path, CaptureRotation rotation, string? comment)
    {
        var section = CaptureHost.Section(comment);
        var flows = new FlowTable();
        var keys = options.TlsKeyLog is { } log ? new TlsKeyLog(log) : null;
        FileSink File(string at, Func<CaptureInterface, CaptureInterface>? describe) => new(at, rotation, section, options.Immediate) { Describe = describe, Flows = flows, Keys = keys };
        if (options.View is null) return Single(options, File(path, null), flows, path);
        if (options is { ProcessId: null, NetworkNamespace: null }) throw CaptureFailure.View(SandboxAddresses.Why(options), "Name the sandbox's process, or leave -View out.");
        if (options is { View: CaptureView.WireEgress, ProcessAttribution: true }) throw CaptureFailure.View("on the host's interface packets are forwarded, and have no socket of a process", "Use -View Child, Egress or Both with -ProcessAttribution.");
        var nat = SandboxAddresses.Of(options);
        if (options.View == CaptureView.Child) return Single(options, File(path, d => Child(d, options, nat)), flows, path);
        var addresses = nat ?? throw CaptureFailure.View(SandboxAddresses.Why(options));
        using var host = new RouteSocket();
        var places = new EgressPlaces(addresses.Target4, addresses.Target6);
        try
        {
            if (options.View == CaptureView.WireEgress)
            {
                var (name, index) = HostUplinks.One(host, options.Interface);
                var file = File(path, d => d with { Description = Text("wire-egress", "wire", d.Name) });
                var sink = new WireSink(host.Addresses(index).Select(a => a.Address).Where(a => !a.IsIPv6LinkLocal), places, new FlowSink(flows, file));
                return new(options with { Interface = name, ProcessId = null, NetworkNamespace = null }, sink, flows, places, (CaptureView.WireEgress, path, file));
            }

            var uplinks = string.Join(',', HostUplinks.All(host).Select(u => u.Name));
            var both = options.View == CaptureView.Both;
            var egress = File(both ? Named(path, "egress") : path, d => d with { Name = "synthetic-egress", Filter = null, Description = Text("egress", "synthetic", uplinks) });
            var rewritten = new EgressSink(addresses, places, both ? egress : new FlowSink(flows, egress));
            if (!both) return new(options, rewritten, flows, places, (CaptureView.Egress, path, egress));
            var child = File(Named(path, "child"), d => Child(d, options, nat));
            return new(options, new BothSinks(new FlowSink(flows, child), rewritten), flows, places, (CaptureView.Child, Named(path, "child"), child), (CaptureView.Egress, Named(path, "egress"), egress));
        }
        catch
        {
            places.Dispose();
            throw;
        }
    }

    public void Dispose() => _places?.Dispose();

    private static CapturePlan Single(PacketCaptureOptions options, FileSink file, FlowTable flows, string path) => new(options, new FlowSink(flows, file), flows, null, (CaptureView.Child, path, file));

    private static CaptureInterface Child(CaptureInterface d, PacketCaptureOptions options, NatAddresses? nat) =>
        d with { Description = Text("child", "isolated", d.Name, options.Network is { } known ? known.ToString().ToLowerInvariant() : nat is null ? "other" : "nat") };

    private static string Text(string view, string kind, string name, string backend = "nat") => $"sandbox view={view} backend={backend} kind={kind} interface={name}";

    private static string Named(string path, string view) => $"{(path.EndsWith(Suffix, StringComparison.Ordinal) ? path[..^Suffix.Length] : path)}.{view}{Suffix}";
}
