namespace Sandbox.Cmdlets.Binding;

/// <summary>Completes the network namespaces that have a name, by ip-netns(8).</summary>
public sealed class NetworkNamespaceCompleter : NameCompleter
{
    private const string Names = "/run/netns";

    /// <inheritdoc/>
    protected override IEnumerable<(string Text, string ToolTip)> Candidates => Directory.Exists(Names) ? Directory.GetFiles(Names).Select(f => (Path.GetFileName(f), f)) : [];
}
