using System.Net.NetworkInformation;

namespace Sandbox.Cmdlets.Binding;

/// <summary>Completes the interfaces of this process's network namespace.</summary>
public sealed class InterfaceCompleter : NameCompleter
{
    /// <inheritdoc/>
    protected override IEnumerable<(string Text, string ToolTip)> Candidates => NetworkInterface.GetAllNetworkInterfaces().Select(i => (i.Name, $"{i.NetworkInterfaceType}, {i.OperationalStatus}"));
}
