using Sandbox.Hardening;

[assembly: AssemblyFixture(typeof(Sandbox.Tests.Hardening.Cgroups.CgroupCleanup))]

namespace Sandbox.Tests.Hardening.Cgroups;

/// <summary>Removes this process's session directories after the last test.</summary>
public sealed class CgroupCleanup : IDisposable
{
    public void Dispose() => CgroupSession.Host.Remove();
}
