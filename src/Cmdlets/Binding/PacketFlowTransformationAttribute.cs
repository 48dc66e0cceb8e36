using System.Management.Automation;
using Sandbox.Capture;

namespace Sandbox.Cmdlets.Binding;

/// <summary>Binds flows: objects, also ones that came through CLIXML, a job or remoting.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class PacketFlowTransformationAttribute : RehydratingAttribute
{
    /// <inheritdoc/>
    protected override object? Rehydrate(object? inputData)
    {
        if (PropertyBag.Of<PacketFlow>(inputData) is { } bag) return new[] { Flow(bag) };
        var value = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        return value is object?[] many ? many.Select(one => PropertyBag.Of<PacketFlow>(one) is { } other ? Flow(other) : one is PSObject item ? item.BaseObject : one).ToArray() : value;
    }

    private static PacketFlow Flow(PropertyBag bag) => new()
    {
        Protocol = bag.Text("Protocol"), ClientAddress = bag.Text("ClientAddress"), ClientPort = NumberOrNull(bag, "ClientPort"), ServerAddress = bag.Text("ServerAddress"), ServerPort = NumberOrNull(bag, "ServerPort"),
        DnsNames = [.. bag.Items("DnsNames").Select(name => name.ToString()!)], ProcessId = NumberOrNull(bag, "ProcessId"), ProcessName = bag.TextOrNull("ProcessName"),
        State = bag.Value("State") is null ? null : bag.Word<PacketFlowState>("State"),
        PacketsSent = Long(bag, "PacketsSent"), PacketsReceived = Long(bag, "PacketsReceived"), BytesSent = Long(bag, "BytesSent"), BytesReceived = Long(bag, "BytesReceived"),
        StartTime = bag.Time("StartTime"), EndTime = bag.Time("EndTime"),
    };

    private static int? NumberOrNull(PropertyBag bag, string name) => bag.Value(name) is null ? null : bag.Number(name);

    private static long Long(PropertyBag bag, string name) => (long)bag.Wide(name, long.MaxValue);
}
