namespace Sandbox.Tests.Violations;

/// <summary>One place for all cases.</summary>
public sealed class CauseFixture : IDisposable
{
    private readonly Lazy<CausePlace> _place = new(() => new CausePlace());

    public CausePlace Place
    {
        get
        {
            Ebpf.Require();
            Assert.SkipUnless(File.Exists("/usr/bin/setpriv") && File.Exists("/usr/bin/chattr") && File.Exists("/usr/bin/python3"), "needs setpriv, chattr and python3");
            return _place.Value;
        }
    }

    public void Dispose()
    {
        if (_place.IsValueCreated) _place.Value.Dispose();
    }
}
