Describe 'Read-Packet' {
    It 'says what is no capture file' {
        { Read-Packet /bin/true -ErrorAction Stop } | Should -Throw -ErrorId 'ReadPacket,FORMAT,Sandbox.Cmdlets.ReadPacketCommand'
        { Import-PacketCapture /bin/true -ErrorAction Stop } | Should -Throw -ErrorId 'ReadPacket,FORMAT,Sandbox.Cmdlets.ImportPacketCaptureCommand'
    }

    It 'reads a classic file' {
        $header = [byte[]](0xD4, 0xC3, 0xB2, 0xA1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 1, 0, 0, 0)
        [System.IO.File]::WriteAllBytes("$TestDrive/a.pcap", $header + [byte[]](1, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 60, 0, 0, 0, 7, 8))
        $packet = Read-Packet "$TestDrive/a.pcap"
        $packet.UnixNanoseconds | Should -Be 1000002000
        $packet.Length | Should -Be 60
        $packet.Data | Should -Be 7, 8
        (Import-PacketCapture "$TestDrive/a.pcap").Packets | Should -Be 1
    }
}
