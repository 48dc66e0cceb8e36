using Sandbox.Tests.Runtime;

[assembly: AssemblyFixture(typeof(Sandbox.Tests.Denials.Scratch))]

namespace Sandbox.Tests.Denials;

/// <summary>Where the compiled programs of these tests are, until the last test.</summary>
public sealed class Scratch : IDisposable
{
    private static readonly Lazy<ScratchDirectory> Made = new(() => new ScratchDirectory());

    internal static ScratchDirectory Directory => Made.Value;

    public void Dispose()
    {
        if (Made.IsValueCreated) Made.Value.Dispose();
    }
}
