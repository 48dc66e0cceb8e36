namespace Sandbox.Cmdlets.Tests.Violations;

/// <summary>For scripts: what of eBPF this process holds now.</summary>
public static class AttachedCount
{
    public static int Now => Attached.Count();
}
