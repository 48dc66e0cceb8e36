namespace Sandbox.Capture;

/// <summary>The remark that names the process of a packet: pcapng has a place for its number alone.</summary>
internal static class ProcessComment
{
    private const string Start = "process ";

    /// <summary>The remark for a name.</summary>
    public static string Of(string name) => Start + name;

    /// <summary>The name in a remark; null where it is another.</summary>
    public static string? Name(string? comment) => comment is not null && comment.StartsWith(Start, StringComparison.Ordinal) && !comment.Contains('\n', StringComparison.Ordinal) ? comment[Start.Length..] : null;
}
