namespace Sandbox.Cmdlets.Binding;

/// <summary>Completes ranges of addresses that have a name.</summary>
public sealed class RangeCompleter : NameCompleter
{
    /// <inheritdoc/>
    protected override IEnumerable<(string Text, string ToolTip)> Candidates =>
    [
        ("10.0.0.0/8", "private addresses, RFC 1918"), ("172.16.0.0/12", "private addresses, RFC 1918"), ("192.168.0.0/16", "private addresses, RFC 1918"),
        ("100.64.0.0/10", "shared addresses of providers, RFC 6598"), ("169.254.0.0/16", "link-local addresses, RFC 3927"),
        ("fc00::/7", "unique local addresses, RFC 4193"), ("0.0.0.0/0", "every IPv4 address"), ("::/0", "every IPv6 address"),
    ];
}
