using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Sandbox.Capture;

/// <summary>A flow as a JSON object: names in camel case, times in ISO 8601 and UTC, the duration in seconds, null for what isn't known.</summary>
internal static class PacketFlowJson
{
    // Names of processes stay readable; JSON needs no more escapes than these make.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void Write(Stream stream, PacketFlow flow)
    {
        using var json = new Utf8JsonWriter(stream, Options);
        json.WriteStartObject();
        json.WriteString("protocol", flow.Protocol);
        json.WriteString("clientAddress", flow.ClientAddress);
        Number(json, "clientPort", flow.ClientPort);
        json.WriteString("serverAddress", flow.ServerAddress);
        Number(json, "serverPort", flow.ServerPort);
        json.WriteStartArray("dnsNames");
        foreach (var name in flow.DnsNames) json.WriteStringValue(name);
        json.WriteEndArray();
        Number(json, "processId", flow.ProcessId);
        json.WriteString("processName", flow.ProcessName);
        json.WriteString("state", flow.State?.ToString());
        json.WriteNumber("packetsSent", flow.PacketsSent);
        json.WriteNumber("packetsReceived", flow.PacketsReceived);
        json.WriteNumber("packets", flow.Packets);
        json.WriteNumber("bytesSent", flow.BytesSent);
        json.WriteNumber("bytesReceived", flow.BytesReceived);
        json.WriteNumber("bytes", flow.Bytes);
        json.WriteString("startTime", Time(flow.StartTime));
        json.WriteString("endTime", Time(flow.EndTime));
        json.WriteNumber("durationSeconds", (decimal)flow.Duration.Ticks / TimeSpan.TicksPerSecond);
        json.WriteEndObject();
    }

    private static void Number(Utf8JsonWriter json, string name, int? value)
    {
        if (value is { } number) json.WriteNumber(name, number);
        else json.WriteNull(name);
    }

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("O", CultureInfo.InvariantCulture);
}
