namespace Sandbox.Cmdlets.Binding;

/// <summary>A process to watch: one of this session's, or any other by its id.</summary>
/// <param name="Id">Its id on the host.</param>
/// <param name="Sandbox">The hardened process, where it is one.</param>
public sealed record WatchedProcess(int Id, HardenedProcess? Sandbox)
{
    /// <inheritdoc/>
    public override string ToString() => Sandbox?.ToString() ?? $"process {Id}";
}
